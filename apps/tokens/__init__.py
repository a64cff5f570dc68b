"""Tokens and their authorization."""
