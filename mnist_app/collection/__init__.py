"""The digits that visitors confirmed or corrected: kept by visitor, taken away or deleted as they like."""
