"""The hub's own groups of users: operator, viewer and auditor.

They are made anew with every migration, so that the permissions of new tables are in them. Who
needs another mixture makes a group of another name; these three are always as they are here.
"""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

# What is in OVERSIGHT is for auditors only, and for no group to change.
from apps.operators.api_tokens import OVERSIGHT

AUDIT = Q(content_type__app_label__in=OVERSIGHT, codename__startswith="view_")
SEEING = Q(codename__startswith="view_")

GROUPS: dict[str, Callable[[Q], Q]] = {
    "operator": lambda own: own,
    "viewer": lambda own: own & SEEING,
    "auditor": lambda own: (own & SEEING) | AUDIT,
}


def make(using: str, **_: Any) -> None:
    """Makes the groups on a database; to be called when all tables are there."""
    for config in apps.get_app_configs():
        # Django does so after this app's turn; to do it twice is harmless.
        create_permissions(config, verbosity=0, using=using)
    own = Q(content_type__app_label__in=[config.label for config in hub_apps()])
    for name, wanted in GROUPS.items():
        group, _made = Group.objects.using(using).get_or_create(name=name)
        permissions: QuerySet[Permission] = Permission.objects.using(using).filter(wanted(own))
        group.permissions.set(permissions)


def hub_apps() -> list[AppConfig]:
    """The hub's own apps, whose tables the groups are about."""
    return [
        config
        for config in apps.get_app_configs()
        if config.name.startswith("apps.") and config.label not in OVERSIGHT
    ]
