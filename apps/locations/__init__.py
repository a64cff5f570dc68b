"""Locations, EVSEs and connectors."""
