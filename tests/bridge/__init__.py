"""The bridge between versions: its tables, its rules one by one, and whatever object."""
