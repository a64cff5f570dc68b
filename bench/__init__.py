"""Measures the hub beside a reference in the same run: python -m bench."""
