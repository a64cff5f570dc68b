"""What each platform is shown of the others, who is caught up, and who is given the present."""

from django.db import models
from django.db.models.functions import Now

from apps.parties.models import Platform
from hub.ocpi.clientinfo import ClientInfo as Wire
from hub.ocpi.module import Role


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
    reachable = models.BooleanField(
        default=True, help_text="Whether it may know of the party now, and so reach it."
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

    def wire(self, role: Role) -> Wire:
        """The object as OCPI has it, with the role as the platform is told of it."""
        return Wire(self.country_code, self.party_id, role.value, self.status, self.last_updated)


class Compared(models.Model):
    """One row: with which network all ClientInfo was compared last (the version of the directory,
    0 while it is compared; the fingerprint of what matters in it; its agreements), and when the
    last comparison began."""

    version = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=32, blank=True, default="")
    agreements = models.JSONField(null=True, help_text="Empty before the first comparison.")
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


class Present(models.Model):
    """What one party has of one module is booked for another that may have it from now on, batch by
    batch: where that is. It is over when its last delivery has gone out, and begins anew when the
    platform was away in between."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="presents")
    party = models.CharField(max_length=6, help_text="Who gets it, on that platform.")
    owner = models.CharField(max_length=6, help_text="Whose objects they are.")
    module = models.CharField(max_length=36)
    correlation_id = models.CharField(max_length=64)
    began_at = models.DateTimeField()
    key = models.TextField(blank=True, default="", help_text="The last object that was booked.")
    booked = models.BigIntegerField(default=0)
    walked_at = models.DateTimeField(null=True, help_text="When the last was booked.")
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="", help_text="Why it broke off.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["platform", "party", "owner", "module"],
                condition=models.Q(ended_at=None),
                name="one_open_present",
            ),
        )

    def __str__(self) -> str:
        return f"{self.module} of {self.owner} for {self.party}"


class PartiesChanged(models.Model):
    """The parties that a platform may reach are not those that its Credentials object named: since
    when, and how far the PUT is that tells it. Whoever tells it removes the row (D-20)."""

    platform = models.OneToOneField(
        Platform, models.CASCADE, primary_key=True, related_name="parties_changed"
    )
    since = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, help_text="Not to be told before; while it is told, when that must have ended."
    )
    attempts = models.SmallIntegerField(default=0)
    said = models.CharField(
        max_length=300, blank=True, default="", help_text="What came of the last attempt."
    )

    def __str__(self) -> str:
        return f"parties of {self.platform} changed"


class PartiesNamed(models.Model):
    """What the hub's Credentials object, when it was last exchanged with a platform, said of the
    parties that it reaches: in short, and when."""

    platform = models.OneToOneField(
        Platform, models.CASCADE, primary_key=True, related_name="parties_named"
    )
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"parties named to {self.platform}"
