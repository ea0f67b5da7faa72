"""What networks learn from: MNIST's and Kaggle's files, the way to 28 x 28, and all that changes or draws digits."""
