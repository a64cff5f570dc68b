"""Lanes and deliveries."""
