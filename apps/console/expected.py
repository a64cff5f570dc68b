"""What may go wrong in daily life when an operator does something, told in one line."""

from cryptography.exceptions import InvalidTag
from django.db import DatabaseError, OperationalError

from apps.console.pulling import NothingToPull
from apps.credentials.errors import RoleUnknown
from apps.credentials.invitations import NameTaken
from apps.credentials.registration import AlreadyRegistered
from apps.hubclientinfo.agreements import NotPossible
from apps.hubclientinfo.compare import NoReceiver
from apps.parties.platforms import NoSuchPlatform
from hub.ocpi.status import OcpiError

EXPECTED = (
    DatabaseError, OcpiError, NoSuchPlatform, NameTaken, AlreadyRegistered, NothingToPull,
    NoReceiver, NotPossible, InvalidTag, RoleUnknown,
)  # fmt: skip
# For errors whose own text does not help an operator.
TEXTS: dict[type[Exception], str] = {
    InvalidTag: "a token cannot be read: HUB_SECRET_KEY is not the one it was kept with",
}


def explained(error: Exception) -> str:
    """One line for an operator."""
    text = TEXTS.get(type(error)) or " ".join(str(error).split())
    if isinstance(error, OcpiError) and text.startswith("your "):  # said to the partner
        text = f"its {text.removeprefix('your ')}"
    if isinstance(error, DatabaseError) and not isinstance(error, OperationalError):
        return f"the database is not as this version of the hub needs it: {text}"
    return text
