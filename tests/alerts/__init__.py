"""Alerts: what is noticed, who is told of it, and that both happen once."""
