"""The message log: one row per leg."""
