"""The hub in the world: Django apps that read requests, keep rows, send bytes and show pages."""
