"""Puts the hub together: settings from the environment, URLs, ASGI, Celery, and the runner."""
