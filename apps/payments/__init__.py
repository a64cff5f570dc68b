"""The Payments module: its description and its tables."""
