"""Versions and credentials: the handshake in both directions."""
