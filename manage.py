#!/usr/bin/env python
"""Django's command line: python manage.py COMMAND."""

import os
import sys

from django.core.management import execute_from_command_line

from config.registry import SettingsError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config import celery  # noqa: F401, PLC0415  # reads the settings; commands nudge too
    except SettingsError as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
