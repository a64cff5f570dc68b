"""Kept BookingLocations, with their calendars as rows of their own, and Bookings."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.store.objects import JsonText, StoredObject


class BookingLocation(StoredObject):
    """A BookingLocation without its calendars; the store puts it together when it is read."""

    module_id = "booking_locations"

    own_updated = models.DateTimeField(
        null=True,
        help_text="Its own last_updated; `last_updated` is raised by its calendars as well.",
    )


class Calendar(models.Model):
    """One calendar of a kept BookingLocation, in the order in which they came."""

    location = models.ForeignKey(BookingLocation, models.CASCADE, related_name="calendars")
    uid = models.TextField()
    payload = JsonText()
    own_updated = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())
    moments = ArrayField(
        models.DateTimeField(),
        db_default=[],
        help_text="When its available timeslots begin; lists can be asked for them.",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["location", "uid"], name="calendar_identity"),
        )

    def __str__(self) -> str:
        return self.uid


class Booking(StoredObject):
    """A Booking, for the eMSP that asked for it. Its request_id is indexed by the migration."""

    module_id = "bookings"
