"""`manage.py sandbox --play`: simulated platforms play a roaming session through a running hub."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.sandbox.demo import Options, run
from apps.sandbox.fixtures import BadFixture
from apps.sandbox.sites import A_THOUSAND
from apps.sandbox.state import VERSION
from hub.ocpi.schema import SCHEMAS


class Command(BaseCommand):
    help = "Starts simulated platforms and plays a roaming session through the running hub."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--play", action="store_true", help="play the session (the default)")
        parser.add_argument("--once", action="store_true", help="end after the session")
        parser.add_argument(
            "--sites",
            type=int,
            default=A_THOUSAND,
            help="locations of the CPO (default %(default)s)",
        )
        parser.add_argument(
            "--by-hand",
            choices=sorted(SCHEMAS),
            default=VERSION,
            metavar="VERSION",
            help="the version of the platform lent for registering by hand (default %(default)s)",
        )
        parser.add_argument(
            "--objects",
            type=Path,
            metavar="FILE",
            help="more objects of NL/HOH and DE/OTR, as export writes them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = Options(
                sites=max(options["sites"], 1),
                once=options["once"],
                by_hand=options["by_hand"],
                objects=options["objects"],
            )
            code = run(chosen, sys.stdout)
        except (BadFixture, OSError) as error:
            raise CommandError(str(error)) from None
        if code:
            sys.exit(code)
