"""Scores, counts and places, read out of kept objects."""
