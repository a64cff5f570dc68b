"""Rules about time: when to try again, what a newer push replaces."""
