"""The store: keeping, counting, listing, and what is wrong with what is kept."""
