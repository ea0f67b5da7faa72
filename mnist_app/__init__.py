"""Read handwritten digits, and understand what the network gets wrong."""
