"""Gives this app a label of its own: `sessions` belongs to Django's web sessions."""

from django.apps import AppConfig


class ChargingSessionsConfig(AppConfig):
    name = "apps.sessions"
    label = "charging_sessions"
    verbose_name = "Charging sessions"
