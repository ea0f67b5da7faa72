"""The API: pictures and drawings come in by HTTP on the port of the pages, and readings go out as JSON."""
