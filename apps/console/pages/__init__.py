"""The operator's pages, one file for each kind of thing."""
