"""Versions and credentials: real handshakes in both directions."""
