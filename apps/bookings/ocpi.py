"""Bookings: where and when charging can be booked, open to all, and what an eMSP has booked.

Two kinds of objects behind one ModuleID, which the specification spells in several ways (D-28).
spec: mod_bookings_booking_module
"""

from hub.ocpi import (
    Audience,
    Effect,
    End,
    Link,
    Linked,
    Module,
    Named,
    Operation,
    OwnerOf,
    Part,
    Reference,
    Role,
    receiver,
    sender,
)

IDENTIFIER = "Booking"
SPELLINGS = frozenset({"booking", "Bookings", "bookings"})
CPO = frozenset({Role.CPO})
EMSP = frozenset({Role.EMSP, Role.OTHER})
VERSIONS = frozenset({"2.3.0"})

OWNER = "{country_code}/{party_id}/"
LOCATION = "booking_locations/{booking_location_id}"
CALENDAR = LOCATION + "/{calendar_id}"
# The examples of the specification have this order.
OTHER_LOCATION = "bookinglocations/" + OWNER + "{booking_location_id}"
OTHER_CALENDAR = OTHER_LOCATION + "/{calendar_id}"
READ_BY_ID = Operation(Effect.READ, clues=(OwnerOf("booking_locations", "booking_location_id"),))
PUSHED = {"get": Effect.READ, "put": Effect.REPLACE, "patch": Effect.MERGE}

BOOKING_LOCATIONS = Module(
    id="booking_locations",
    identifier=IDENTIFIER,
    spellings=SPELLINGS,
    senders=CPO,
    receivers=EMSP,
    audience=Audience.EVERYONE,
    object="BookingLocation",
    versions=VERSIONS,
    key={"booking_location_id": "id"},
    parts=(
        Part("calendar_id", "calendars", "id", "Calendar", "available_timeslots.start_date_time"),
    ),
    references=(Reference("location_id", "locations"), Reference("tariff_ids", "tariffs")),
    routes=(
        sender(
            "booking_locations",
            get=Operation(Effect.LIST, between=("timeslot_from", "timeslot_to")),
        ),
        sender(LOCATION, get=READ_BY_ID),
        sender(CALENDAR, get=READ_BY_ID),
        receiver(OWNER + LOCATION, **PUSHED),
        receiver(OWNER + CALENDAR, **PUSHED),
        receiver(OTHER_LOCATION, OWNER + LOCATION, **PUSHED),
        receiver(OTHER_CALENDAR, OWNER + CALENDAR, **PUSHED),
    ),
)

CLUES = (
    Linked("booking", "booking_id"),
    Linked("booking", "request_id"),
    Named("booking_requests.booking_request"),
    Named("booking_tokens"),
)
LEARNS = (
    Link("booking", "booking_id", owner=End.FROM),
    Link("booking", "id", owner=End.FROM),
    Link("booking", "request_id", owner=End.TO),
    Link("authorization_reference", "authorization_reference", owner=End.TO),
)

BOOKINGS = Module(
    id="bookings",
    identifier=IDENTIFIER,
    spellings=SPELLINGS,
    senders=CPO,
    receivers=EMSP,
    audience=Audience.ADDRESSEE,
    object="Booking",
    versions=VERSIONS,
    key={"booking_id": "id"},
    # A URL may have Booking.request_id in place of Booking.id: the text says both.
    second_id="request_id",
    personal=True,
    references=(Reference("location_id", "locations"), Reference("tariff_ids", "tariffs")),
    routes=(
        sender(
            "",
            get=Effect.LIST,
            post=Operation(
                Effect.ASK,
                clues=(
                    OwnerOf("booking_locations", "booking_location_id"),
                    OwnerOf("locations", "location_id"),
                    Linked("booking", "request_id"),
                ),
                learns=(
                    Link("booking", "request_id", owner=End.FROM),
                    Link("booking", "id", owner=End.TO, answer=True),
                    Link(
                        "authorization_reference",
                        "authorization_reference",
                        owner=End.FROM,
                    ),
                ),
                own=("",),
                takes="BookingRequest",
                gives="Booking",
            ),
        ),
        receiver(
            OWNER + "{booking_id}",
            get=Operation(Effect.READ, clues=CLUES),
            put=Operation(Effect.REPLACE, clues=CLUES, learns=LEARNS),
            patch=Operation(Effect.MERGE, clues=CLUES, learns=LEARNS),
        ),
    ),
)

MODULES = (BOOKING_LOCATIONS, BOOKINGS)
