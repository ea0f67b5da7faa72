"""A person's own digits: kept in a database, and taken away as files."""
