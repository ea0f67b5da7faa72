"""From a picture to the digits on it: files, paper, ink, candidates, rows, corrections, and the answer in words."""
