"""Kept Locations, and their EVSEs as rows of their own: a status change rewrites one EVSE."""

from django.db import models
from django.db.models.functions import Now

from apps.store.objects import JsonText, StoredObject


class Location(StoredObject):
    """A Location without its EVSEs; the store puts it together when it is read."""

    module_id = "locations"

    own_updated = models.DateTimeField(
        null=True, help_text="Its own last_updated; `last_updated` is raised by its EVSEs as well."
    )


class Evse(models.Model):
    """One EVSE of a kept Location, with its connectors, in the order in which they came."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="evses")
    uid = models.TextField()
    payload = JsonText()
    own_updated = models.DateTimeField(
        null=True, help_text="Its own last_updated, not raised by its connectors."
    )
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["location", "uid"], name="evse_identity"),)

    def __str__(self) -> str:
        return self.uid
