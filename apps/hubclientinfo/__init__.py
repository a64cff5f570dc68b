"""Parties come and go: ClientInfo for the others, still-alive checks, catching up on return."""
