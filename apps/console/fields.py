"""Form fields for what operators write: party ids, modules, versions, URLs of partners."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

_PARTY = re.compile(r"[A-Za-z]{2}/[A-Za-z0-9]{3}")


class PartyField(forms.CharField):
    """A party as NL/CPO, folded as parties are compared."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "").strip()
        if text and not _PARTY.fullmatch(text):
            raise ValidationError(
                "Write a country code of two letters, a slash and a party id of three letters or"
                " digits, such as NL/CPO."
            )
        return text.upper()


class ManyOf(forms.MultipleChoiceField):
    """Check boxes for a list that is kept as JSON. A value that is no choice any more stays one
    while it is chosen, so that saving does not lose it."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, names: Callable[[], Iterable[str]], **options: Any) -> None:
        self.names = names
        super().__init__(required=False, **options)

    def offer(self, chosen: Iterable[str]) -> None:
        """Sets the choices; called when the form is made, when all modules are known."""
        self.choices = [(name, name) for name in dict.fromkeys((*self.names(), *chosen))]


def partner_url(value: str) -> None:
    """Validates a URL that the hub is to call; whether it may is the transport's to say."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
        usable = usable and (parts.port or 1) > 0 and not re.search(r"[\s\x00-\x1f]", value)
    except ValueError:
        usable = False
    if not usable:
        raise ValidationError("Write a whole URL that begins with https:// or http://.")
