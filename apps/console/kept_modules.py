"""Modules whose objects the hub keeps, and parties, as an operator names them on a command line."""

from apps.console.command_line import Error
from apps.modules import registry
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module


def kept_module(name: str) -> Module:
    """The module with that id. Raises Error, naming those there are."""
    kept = {module.id: module for module in registry().values() if module.keeps}
    if name not in kept:
        known = "keeps nothing of" if name in registry() else "has no module"
        raise Error(f"the hub {known} {name!r}; it keeps: {', '.join(sorted(kept))}")
    return kept[name]


def party(text: str | None) -> PartyId | None:
    """A party such as NL/CPO. Raises Error."""
    if not text:
        return None
    try:
        return PartyId.parse(text)
    except ValueError as error:
        raise Error(str(error)) from None
