"""Broadcast pushes that have to go out, one row per receiving party, and what became of each."""

from django.db import models
from django.db.models.functions import Now

from apps.parties.models import Platform


class Payload(models.Model):
    """A push as it was received, kept once for all its receivers; or what the hub itself says."""

    module = models.CharField(max_length=36)
    method = models.CharField(max_length=6)
    tail = models.TextField(help_text="The raw path below the module's endpoint.")
    query = models.TextField(blank=True)
    body = models.BinaryField()
    correlation_id = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64)
    owner = models.CharField(max_length=6)
    object = models.TextField(help_text="Module, owner and key: what is kept in order.")
    from_party = models.CharField(
        max_length=6, blank=True, db_default="", help_text="OCPI-from; empty: the hub."
    )
    version = models.CharField(
        max_length=8,
        blank=True,
        db_default="2.2.1",
        help_text="Of the body; empty: it is written for the receiver as it is.",
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=["correlation_id"], name="payload_correlation"),
            # Removals are looked up for who was away (apps.hubclientinfo).
            models.Index(
                fields=["created_at"], condition=models.Q(method="DELETE"), name="payload_removal"
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.module}/{self.tail}"


class Delivery(models.Model):
    """One payload for one party: the delivery record."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DROPPED = "dropped"
        SUPERSEDED = "superseded"

    payload = models.ForeignKey(Payload, models.CASCADE, related_name="deliveries")
    platform_id = models.BigIntegerField()
    party = models.CharField(
        max_length=6, blank=True, help_text="Empty: the platform itself, not one of its parties."
    )
    object = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    http_status = models.SmallIntegerField(null=True)
    code = models.SmallIntegerField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                fields=["platform_id", "party", "object", "id"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["platform_id", "id"],
                condition=models.Q(state="waiting"),
                name="delivery_next",
            ),
            models.Index(fields=["object", "-id"], name="delivery_object"),
            # What was dropped while a platform was away (apps.hubclientinfo).
            models.Index(
                fields=["platform_id", "ended_at"],
                condition=models.Q(state="dropped"),
                name="delivery_dropped",
            ),
            models.Index(fields=["created_at"], name="delivery_age"),
        )

    def __str__(self) -> str:
        return f"{self.object} for {self.party}" if self.party else self.object


class Lane(models.Model):
    """One platform's queue: until when somebody drains it, until when it rests because the platform
    refuses the hub's token, and since when an operator holds it."""

    platform_id = models.BigIntegerField(primary_key=True)
    leased_until = models.DateTimeField()
    paused_until = models.DateTimeField(null=True)
    paused_reason = models.TextField(blank=True, default="")
    held_since = models.DateTimeField(null=True)
    held_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    again_at = models.DateTimeField(
        null=True, help_text="When deliveries were last sent again by hand."
    )
    again_booked = models.IntegerField(default=0, db_default=0, help_text="How many these were.")

    def __str__(self) -> str:
        return f"lane of platform {self.platform_id}"


class Unnamed(models.Model):
    """A party that came into the reach of a platform whose Credentials object names parties, and
    that it has not named yet: deliveries of its objects wait there (D-20)."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="unnamed")
    owner = models.CharField(max_length=6)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["platform", "owner"], name="one_unnamed_each"),
        )

    def __str__(self) -> str:
        return f"{self.owner}, not named to {self.platform}"
