"""The Bookings module: its description and its tables."""
