"""Charging profiles."""
