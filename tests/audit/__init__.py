"""What operators did, and that nobody can change what was written of it."""
