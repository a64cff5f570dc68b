"""Functional OCPI traffic in and out."""
