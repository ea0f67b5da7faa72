"""Where on a picture written digits are: a small network over whole pictures, trained on generated pages."""
