"""Rules that hold for fields of many classes: what needs what, what comes before what."""

from collections.abc import Iterator
from datetime import datetime

from hub.ocpi import datetimes
from hub.ocpi.quality.reading import Object, is_given, items, moment, text

Remarks = Iterator[tuple[str, str]]

# A field that is given, and the one that must be given with it.
NEEDS = (
    ("uid", "type"),  # spec: mod_locations_publish_token_class
    ("visual_number", "issuer"),
    ("connector_id", "evse_uid"),  # spec: mod_commands_startsession_object
)
SPANS = (("start_date_time", "end_date_time"), ("period_begin", "period_end"))


def needs_another(thing: Object, now: datetime) -> Remarks:
    """A field without the one it needs."""
    for name, needed in NEEDS:
        if is_given(thing, name) and not is_given(thing, needed):
            yield f".{needed}", f"must be given when {name} is."


def ends_before_it_begins(thing: Object, now: datetime) -> Remarks:
    """An end before its beginning."""
    for begin, end in SPANS:
        began, ended = moment(thing, begin), moment(thing, end)
        if began and ended and ended < began:
            yield f".{end}", f"is before {begin}."


def from_the_future(thing: Object, now: datetime) -> Remarks:
    """A last_updated over five minutes ahead of the hub's clock; it orders nothing."""
    updated = moment(thing, "last_updated")
    if updated and datetimes.is_ahead(updated, now):
        yield ".last_updated", f"is in the future: {text(thing, 'last_updated')[:40]!r}."


def reservation_dimension(element: Object, now: datetime) -> Remarks:
    """A price for energy or parking among the costs of a reservation."""
    restrictions = element.get("restrictions")
    if not isinstance(restrictions, dict) or not is_given(restrictions, "reservation"):
        return
    for path, component in items(element, "price_components"):
        kind = text(component, "type")
        if kind and kind not in ("FLAT", "TIME"):
            yield f"{path}.type", f"a reservation costs FLAT or TIME, not {kind[:20]}."


def long_group_id(token: Object, now: datetime) -> Remarks:
    """A group_id that charge points of OCPP 1.5 and 1.6 cannot hold."""
    if len(text(token, "group_id")) > 20:
        yield ".group_id", "has more than the 20 characters that OCPP 1.6 can hold."
