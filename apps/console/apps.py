"""The operator's pages as a Django app: makes the groups of users after each migration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ConsoleConfig(AppConfig):
    name = "apps.console"

    def ready(self) -> None:
        from apps.console import groups  # noqa: PLC0415  # models are not there any earlier

        # The signal is sent for apps with tables only, which this one is not.
        post_migrate.connect(groups.make, sender=apps.get_app_config("auth"))
