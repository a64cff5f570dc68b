"""erase: removes the traces of a driver's token, and reports what was removed."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from apps.console.command_line import Answer, Error, HubCommand, pairs
from apps.console.erasing import erased
from hub.ocpi.ids import PartyId

HOW = "Nothing was removed. To remove it, say so: python manage.py erase UID --remove"
LEFT = "Platforms keep copies of their own: tell them to erase theirs."


class Command(HubCommand):
    help = "Count the traces of a token in store, message log and delivery record; remove them."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("uid", help="uid of the token, such as 04A2B3C4D5E6F7")
        parser.add_argument("--party", default="", help="only of this eMSP, such as DE/MSP")
        parser.add_argument("--remove", action="store_true", help="remove them, not only count")

    def answer(self, options: dict[str, Any]) -> Answer:
        uid, remove = options["uid"].strip(), options["remove"]
        if not uid:
            raise Error("the uid of a token is not empty")
        return erased(uid, _party(options["party"]), remove=remove)

    def lines(self, answer: Answer) -> Iterable[str]:
        return [*pairs(answer["traces"]), "", LEFT if answer["removed"] else HOW]


def _party(text: str) -> str:
    try:
        return str(PartyId.parse(text)) if text else ""
    except ValueError as error:
        raise Error(str(error)) from None
