"""Makes database and first operator fit this version: python -m config.prepare. Safe to repeat."""

import os
import secrets
import sys
import time

import django
from django.apps import apps as installed
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from apps.modules import registry
from config.secret import ADMIN, PASSWORD_FILE, keep_once
from hub.ocpi.description import BadDescription

# Any number: it only has to be the same in every hub that might migrate this database at once.
MIGRATION_LOCK = 0x0C91
WARNING = "warning:"  # how a line begins that the operator has to read
# What HUB_PULL_MODULES may say in place of ids.
NO_IDS = {"all", "none"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if wrong := of_no_module():
        sys.exit("settings the hub cannot start with:\n  " + "\n  ".join(wrong))
    try:
        wait_for_database(seconds=30)
    except OperationalError as error:
        sys.exit(f"the database of DATABASE_URL cannot be reached: {error}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        migrate()
        ensure_admin()
        for warning in of_own_party("/".join(settings.HUB.party)):
            say(f"{WARNING} {warning}")
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def of_no_module() -> list[str]:
    """What settings say of OCPI modules that nobody describes: a name with a mistake in it would
    be a rule that is never applied."""
    try:
        known = {module.id for module in registry().values()}
    except (ImportError, KeyError, BadDescription) as error:
        return [f"HUB_MODULES: a module cannot be used: {type(error).__name__}: {error}"]
    hub = settings.HUB
    named = {
        "HUB_PULL_MODULES": set(hub.pull_modules) - NO_IDS,
        "HUB_KEEP_DAYS": {name for name, _ in hub.keep_days},
    }
    return [
        f"{setting}: no module has the id {name}; there are {', '.join(sorted(known))}"
        for setting, names in named.items()
        for name in sorted(names - known)
    ]


def wait_for_database(seconds: float) -> None:
    """A server of one's own may start at the same time as we do."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def migrate() -> None:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        say(f"migrating the database: {len(waiting)} steps")
        call_command("migrate", interactive=False, verbosity=0)


def ensure_admin() -> None:
    users = get_user_model()
    if users.objects.filter(is_superuser=True).exists():
        return
    path = settings.HUB.data_dir / PASSWORD_FILE
    users.objects.create_superuser(ADMIN, password=keep_once(path, secrets.token_urlsafe(12)))
    say(f"made the operator {ADMIN}; the password is in {path}")


def of_own_party(party: str) -> list[str]:
    """What it means that the hub has another party than at its last start, as NL/HUB; nothing where
    it has the same. Notes the party for the next start."""
    # By name: models can be imported only when Django is set up.
    directory = installed.get_model("parties", "Directory")
    roles = installed.get_model("parties", "CredentialsRole").objects
    row, _ = directory.objects.get_or_create(pk=1)
    before, row.hub_party = row.hub_party, party
    if before == party:
        return []
    row.save(update_fields=["hub_party"])
    holders = roles.filter(party=party).values_list("platform__name", flat=True)
    found = [f"HUB_PARTY {party} is a party of {name} as well" for name in sorted(set(holders))]
    registered = roles.values("platform").distinct().count()
    if before and registered:
        found.append(
            f"HUB_PARTY is {party}, and was {before} at the last start. Registered platforms "
            f"({registered}) know the hub as {before}: what they send to {before} is refused as "
            f"unknown (4001), and they may refuse what comes from {party}. Tell each of them with "
            "`python manage.py renew NAME`, or set HUB_PARTY back."
        )
    return found


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
