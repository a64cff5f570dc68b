"""Invites platforms to the hub that HUB_DATA_DIR names: prints one JSON object, name to token A."""

import json
import os
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from apps.credentials.invitations import invite  # noqa: E402

if __name__ == "__main__":
    now = datetime.now(UTC)
    print(json.dumps({name: invite(name, now=now).token_a for name in sys.argv[1:]}))
