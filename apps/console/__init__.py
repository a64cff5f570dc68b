"""The operator's pages and command line."""
