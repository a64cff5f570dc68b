"""Rules about places: where they are, what identifies their EVSEs, when they are open."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation

from hub.ocpi.ids import fold
from hub.ocpi.quality.countries import COUNTRIES
from hub.ocpi.quality.reading import Object, inner, is_given, items, text

Remarks = Iterator[tuple[str, str]]

# eMI3's EVSE id: country, operator, E, and what the operator likes. spec: mod_locations_evse_object
EVSE_ID = re.compile(r"([A-Za-z]{2})\*?([A-Za-z0-9]{3})\*?[Ee][A-Za-z0-9*]{1,30}")


def unknown_country(place: Object, now: datetime) -> Remarks:
    """A country that is no alpha-3 code, as the two letters of party ids."""
    country = text(place, "country")
    if country and country not in COUNTRIES:
        yield ".country", f"is no ISO 3166-1 alpha-3 code such as NLD: {country[:20]!r}."


def outside_country(place: Object, now: datetime) -> Remarks:
    """Coordinates that are not where the country is, of the place and of its EVSEs."""
    for path, point, country in _points(place):
        if not _inside(point, country) and not _inside(_swapped(point), country):
            yield path, f"{_spelled(point)} is not in {country}."


def swapped_coordinates(place: Object, now: datetime) -> Remarks:
    """Coordinates that are where the country is as soon as they are swapped."""
    for path, point, country in _points(place):
        if not _inside(point, country) and _inside(_swapped(point), country):
            yield (
                path,
                f"latitude and longitude are swapped: {_spelled(point)} is not in {country}.",
            )


Point = tuple[Decimal, Decimal]


def _points(place: Object) -> Iterator[tuple[str, Point, str]]:
    country = text(place, "country")
    if country not in COUNTRIES:
        return
    for path, thing in [("", place), *items(place, "evses")]:
        coordinates = inner(thing, "coordinates")
        try:
            latitude = Decimal(text(coordinates, "latitude")[:20])
            longitude = Decimal(text(coordinates, "longitude")[:20])
        except InvalidOperation:
            continue
        if latitude.is_finite() and longitude.is_finite():
            yield f"{path}.coordinates", (latitude, longitude), country


def _inside(point: Point, country: str) -> bool:
    latitude, longitude = point
    return any(
        west <= longitude <= east and south <= latitude <= north
        for west, south, east, north in COUNTRIES[country]
    )


def _swapped(point: Point) -> Point:
    return point[1], point[0]


def _spelled(point: Point) -> str:
    return f"{str(point[0])[:11]}, {str(point[1])[:11]}"


def published_to_some(location: Object, now: datetime) -> Remarks:
    """A list of who may see a Location that everybody may see."""
    if location.get("publish") is True and is_given(location, "publish_allowed_to"):
        yield ".publish_allowed_to", "may only be used when publish is false."


def evse_uid_twice(location: Object, now: datetime) -> Remarks:
    """Two EVSEs of one uid."""
    yield from _twice(location, "evses", "uid")


def parking_id_twice(location: Object, now: datetime) -> Remarks:
    """Two parking places of one id."""
    yield from _twice(location, "parking_places", "id")


def connector_id_twice(evse: Object, now: datetime) -> Remarks:
    """Two Connectors of one id in an EVSE."""
    yield from _twice(evse, "connectors", "id")


def _twice(thing: Object, name: str, id_field: str) -> Remarks:
    seen: dict[str, str] = {}
    for path, each in items(thing, name):
        identifier = text(each, id_field)
        if identifier and fold(identifier) in seen:
            yield f"{path}.{id_field}", f"is that of {seen[fold(identifier)][1:]} as well."
        seen.setdefault(fold(identifier), path)


def evse_id_form(evse: Object, now: datetime) -> Remarks:
    """An evse_id that is not of eMI3's form."""
    evse_id = text(evse, "evse_id")
    if evse_id and not EVSE_ID.fullmatch(evse_id):
        yield ".evse_id", f"is no EVSE id such as NL*ABC*E1234: {evse_id[:40]!r}."


def evse_id_of_another(location: Object, now: datetime) -> Remarks:
    """An evse_id that begins with another party than the Location's owner."""
    owner = fold(text(location, "country_code") + text(location, "party_id"))
    for path, evse in items(location, "evses"):
        found = EVSE_ID.fullmatch(text(evse, "evse_id"))
        if found and owner and fold(found[1] + found[2]) != owner:
            yield f"{path}.evse_id", f"begins with {found[1]}*{found[2]}, not with its owner."


def no_hours(hours: Object, now: datetime) -> Remarks:
    """Not open around the clock, and no hours."""
    if hours.get("twentyfourseven") is False and not is_given(hours, "regular_hours"):
        yield ".regular_hours", "must have at least one item when twentyfourseven is false."


def hours_around_the_clock(hours: Object, now: datetime) -> Remarks:
    """Open around the clock, and hours."""
    if hours.get("twentyfourseven") is True and is_given(hours, "regular_hours"):
        yield ".regular_hours", "is only to be used when twentyfourseven is false."


def closes_before_it_opens(hours: Object, now: datetime) -> Remarks:
    """Hours of one day that end before they begin."""
    begin, end = text(hours, "period_begin"), text(hours, "period_end")
    if len(begin) == len(end) == len("08:00") and end <= begin:
        yield ".period_end", f"{end} must be later than period_begin, {begin}."


def token_without_name(token: Object, now: datetime) -> Remarks:
    """A PublishTokenType that fits no token, or every one."""
    if not any(is_given(token, name) for name in ("uid", "visual_number", "group_id")):
        yield "", "must have uid, visual_number or group_id."
