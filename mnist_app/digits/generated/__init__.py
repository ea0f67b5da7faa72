"""What is learnt from: pages of handwriting that the program draws, with the truth about every pixel."""
