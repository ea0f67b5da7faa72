"""The pages of the app, a file each; the table of them is in `navigation`."""
