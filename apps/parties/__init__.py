"""Platforms, their parties, endpoints, tokens and agreements."""
