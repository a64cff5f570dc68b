"""What the hub keeps of operators beside Django's users: second factors, attempts, API tokens,
one-time passwords.

None of it has permissions of its own: everybody has their own to look after, and who may change
users may look after those of others.
"""

from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django_otp.models import Device


class Authenticator(Device):
    """An app that makes codes (TOTP, RFC 6238). Its secret is readable with the hub's key only."""

    sealed = models.BinaryField()
    last_step = models.BigIntegerField(default=0, help_text="The step of the last code accepted.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(confirmed=True), name="one_authenticator"
            ),
        )


class RecoveryCode(models.Model):
    """A code in place of the app's, good once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes"
    )
    fingerprint = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["user", "fingerprint"], name="one_recovery_code"),
        )

    def __str__(self) -> str:
        return f"recovery code of {self.user}"


class Attempts(models.Model):
    """Log-ins that failed, one row for each user, address, and user at an address."""

    who = models.CharField(max_length=250, primary_key=True)
    failures = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["last_at"], name="attempts_age"),)

    def __str__(self) -> str:
        return self.who


class Scope(StrEnum):
    """What a token is for; never more than its user may."""

    READ = "read"
    ACT = "act"
    AUDIT = "audit"
    ADMINISTER = "administer"


class ApiToken(models.Model):
    """A user's token for scripts: found by its fingerprint, and shown nowhere."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60, help_text="What it is for, such as nightly report.")
    scope = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Scope])
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="made", help_text="The token that made it."
    )
    fingerprint = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ("-id",)
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    def why_not(self, now: datetime) -> str:
        """Why it cannot be used; empty when it can."""
        if self.revoked_at is not None:
            return "is revoked"
        if self.parent is not None and self.parent.revoked_at is not None:
            return "is revoked with the token that made it"
        if self.expires_at is not None and self.expires_at <= now:
            return "has expired"
        may_log_in = self.user.is_active and self.user.is_staff
        return "" if may_log_in else "is of a user who may not log in"


class OneTimePassword(models.Model):
    """A password that somebody else gave to a user: to be changed after the first log-in. It counts
    as long as the user has the very password of which this is the fingerprint."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="one_time_password"
    )
    fingerprint = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"one-time password of {self.user}"
