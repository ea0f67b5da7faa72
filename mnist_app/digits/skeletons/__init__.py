"""The pen strokes of digits, letters and symbols, written down as text: as is usual, and as other hands do."""
