"""The web app: its pages, what they share, and what a visitor has in hand."""
