"""`manage.py sandbox --play`: simulated platforms play a roaming session through a running hub."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.sandbox.demo import SITES, Options, run


class Command(BaseCommand):
    help = "Starts simulated platforms and plays a roaming session through the running hub."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--play", action="store_true", help="play the session (the default)")
        parser.add_argument("--once", action="store_true", help="end after the session")
        parser.add_argument(
            "--sites", type=int, default=SITES, help="locations of the CPO (default %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        code = run(Options(sites=max(options["sites"], 1), once=options["once"]), sys.stdout)
        if code:
            sys.exit(code)
