"""Pushes that still have to go out, and the record of those that went."""
