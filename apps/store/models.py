"""Custom modules' objects, the routing index, and the stand-in URLs."""

from django.db import models
from django.db.models.functions import Now

from apps.store.objects import StoredObject


class CustomObject(StoredObject):
    """Objects of modules that have no table of their own."""

    module = models.CharField(max_length=36)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["module", "owner", "key", "audience"], name="customobject_identity"
            ),
        )
        indexes = (models.Index(fields=["module", "key"], name="customobject_key"),)


class RoutingIndex(models.Model):
    """Who is at the two ends of a session, a reservation, an authorization reference: taught by
    every private message that passes. `owner` gave the id, `other` is the other end."""

    kind = models.CharField(max_length=36)
    key = models.TextField()
    owner = models.CharField(max_length=6)
    other = models.CharField(max_length=6)
    learned_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kind", "key", "owner"], name="one_other_end"),
        )
        indexes = (models.Index(fields=["learned_at"], name="routingindex_age"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class StandIn(models.Model):
    """A hub URL that stands for a URL on another platform. Only `follower` may use it; the request
    goes to `url` on `target_platform`, in the name of `follower_party`, for `target_party`."""

    class Kind(models.TextChoices):
        RESULT = "result"  # a response_url
        PAGE = "page"  # a Link to the next page
        OBJECT = "object"  # the Location of a CDR

    id = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=6, choices=Kind)
    module = models.CharField(max_length=36)
    url = models.TextField(blank=True)
    follower_platform = models.BigIntegerField()
    follower_party = models.CharField(max_length=6)
    target_platform = models.BigIntegerField()
    target_party = models.CharField(max_length=6)
    correlation_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    key = models.TextField(
        blank=True, default="", help_text="Key of the kept object, where the target gave no URL."
    )

    class Meta:
        indexes = (models.Index(fields=["expires_at"], name="standin_expiry"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
