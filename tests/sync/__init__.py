"""The hub as a client: pulls against real platforms, with a real database."""
