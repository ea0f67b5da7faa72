"""From answers to understanding: what a network gets wrong, why, how sure it is, and how networks compare."""
