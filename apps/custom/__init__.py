"""Custom modules: one file each, found at start-up."""
