"""What each platform is shown of the others, and who is being caught up."""

from django.db import models
from django.db.models.functions import Now

from apps.parties.models import Platform
from hub.ocpi.clientinfo import ClientInfo as Wire


class ClientInfo(models.Model):
    """What one platform is shown of one party in one role. Once the platform knows of it, it is
    never removed, as OCPI has no DELETE for it: what it may not know any more becomes SUSPENDED."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="client_infos")
    party = models.CharField(max_length=6)
    role = models.CharField(max_length=5)
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    hosted_by = models.BigIntegerField(help_text="The platform that hosts the party.")
    status = models.CharField(max_length=9)
    last_updated = models.DateTimeField()
    announced = models.BooleanField(
        default=False, help_text="Whether a message is booked that tells the platform."
    )
    known = models.BooleanField(
        default=False, help_text="Whether the platform was told of the party, or has asked."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["platform", "party", "role"], name="one_client_info_each"
            ),
        )
        indexes = (
            models.Index(fields=["hosted_by"], name="client_info_host"),
            models.Index(fields=["party"], name="client_info_party"),
            models.Index(
                fields=["platform"],
                condition=models.Q(announced=False),
                name="client_info_owed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.party} {self.role} for {self.platform}"

    def wire(self) -> Wire:
        """The object as OCPI has it."""
        return Wire(self.country_code, self.party_id, self.role, self.status, self.last_updated)


class Compared(models.Model):
    """One row: with which network all ClientInfo was compared last (the version of the directory,
    and the fingerprint of what matters in it), and when the last comparison began."""

    version = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=32, blank=True, default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"version {self.version}"


class CatchUp(models.Model):
    """What a platform missed while it was away is booked for it, batch by batch: where that is.
    It is over when its last delivery has gone out, so a platform that goes away again in between
    is caught up from the same moment."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="catch_ups")
    correlation_id = models.CharField(max_length=64)
    missed_from = models.DateTimeField(help_text="What changed since then is sent.")
    returned_at = models.DateTimeField()
    module = models.CharField(max_length=36, blank=True, default="")
    changed_at = models.DateTimeField(null=True)
    sequence = models.BigIntegerField(default=0)
    booked = models.BigIntegerField(default=0)
    walked_at = models.DateTimeField(null=True, help_text="When the last was booked.")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["platform"],
                condition=models.Q(ended_at=None),
                name="one_open_catch_up",
            ),
        )

    def __str__(self) -> str:
        return f"catching up {self.platform}"
