"""Charts and pictures that explain: one function computes what is shown, another draws it."""
