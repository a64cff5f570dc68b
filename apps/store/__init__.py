"""Kept objects, the routing index and stand-in URLs."""
