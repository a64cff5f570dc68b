"""Parties come and go."""
