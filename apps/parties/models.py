"""Who is connected: platforms, the parties they host, their endpoints, tokens and agreements.

Any change here that routing must know of goes together with `directory.changed()`, so that every
process swaps its picture of the network.
"""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from apps.parties.agreement import Agreement, AgreementChange
from hub.ocpi.headers import TokenForm
from hub.ocpi.module import Interface, Role
from hub.ocpi.schema import Mode
from hub.routing.network import Status, TokenKind

# Django looks for an app's models here.
__all__ = (
    "Agreement", "AgreementChange", "CredentialsRole", "Directory", "Endpoint", "Liveness",
    "PartyClaim", "Platform", "StatusChange", "Token", "choices",
)  # fmt: skip


def choices(values: type[Status] | type[TokenForm] | type[Role] | type[Interface] | type[TokenKind]
            | type[Mode]) -> list[tuple[str, str]]:  # fmt: skip
    """The members of a wire enum as Django choices: what is stored is what is shown."""
    return [(member.value, member.value) for member in values]


def is_time_zone(name: str) -> None:
    """Raises ValidationError for what is no name in the IANA database."""
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone, such as Europe/Lisbon.")


class Platform(models.Model):
    """One connected system: one token pair, one negotiated version, many parties."""

    name = models.CharField(max_length=100, unique=True)
    status = models.CharField(
        max_length=9,
        choices=choices(Status),
        default=Status.PLANNED,
        help_text="PLANNED until it has registered; SUSPENDED by an operator's decision only.",
    )
    status_since = models.DateTimeField(db_default=Now())
    status_cause = models.CharField(max_length=200, blank=True, default="")
    version = models.CharField(max_length=8, blank=True, default="")
    versions_offered = models.JSONField(
        default=list,
        blank=True,
        help_text="What its versions endpoint listed when the hub read it last.",
    )
    versions_read_at = models.DateTimeField(null=True, blank=True)
    versions_url = models.CharField(max_length=255, blank=True, default="")
    token_form = models.CharField(
        max_length=6,
        choices=choices(TokenForm),
        default=TokenForm.BASE64,
        help_text="How the hub writes its token to this platform; learned from its own requests.",
    )
    learned = models.JSONField(
        default=dict,
        blank=True,
        help_text="Habits seen in its messages that differ from the specification, and when.",
    )
    hidden_versions = models.JSONField(
        default=list,
        blank=True,
        help_text="Versions that are closed to it: not listed, and no messages are taken in them. "
        "The one that it is registered in stays open for messages.",
    )
    presents_as = models.CharField(
        max_length=6,
        blank=True,
        default="",
        help_text="OCPI-from of everything sent to it, such as NL/HUB, where it accepts no other.",
    )
    implicit_get_all = models.BooleanField(
        default=False, help_text="Its list requests without OCPI-to mean GET All."
    )
    hub_means_anyone = models.BooleanField(
        default=False,
        help_text="Its private messages to the hub are meant for whoever their content names.",
    )
    answers_authorize = models.BooleanField(
        default=False, help_text="It may be asked about tokens whose owner is not known."
    )
    validation = models.CharField(
        max_length=7,
        choices=choices(Mode),
        default=Mode.LENIENT,
        help_text="What findings do to its pushes: observe refuses none; lenient those with wrong "
        "types and missing fields; strict also those with wrong lengths, values and formats.",
    )
    overwrites = models.BooleanField(
        default=False,
        help_text="Keep its objects even when they are older than what is kept.",
    )
    not_pulled = models.JSONField(
        default=list, blank=True, help_text='Modules the hub does not pull, such as ["tokens"].'
    )
    max_in_flight = models.PositiveIntegerField(
        null=True, blank=True, help_text="Requests waiting there at once; empty: HUB_MAX_IN_FLIGHT."
    )
    max_per_second = models.PositiveIntegerField(
        null=True, blank=True, help_text="Broadcast pushes it gets in a second; empty: no limit."
    )
    still_alive_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Silence after which it is asked whether it is there; 0: never; empty:"
        " HUB_STILL_ALIVE_MINUTES.",
    )
    catch_up = models.BooleanField(
        default=True,
        help_text="What changed while it was away is sent to it when it returns, and what others"
        " have when a new agreement lets it have that.",
    )
    own_parties = models.BooleanField(
        default=False,
        help_text="What one of its parties pushes to everyone goes to its other parties as well.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        default="",
        validators=[is_time_zone],
        help_text="Of its OCPI 2.1.1 Locations that name none, in a country that has several, such"
        " as America/Chicago; empty: such Locations are kept from newer versions.",
    )
    created_at = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class StatusChange(models.Model):
    """One change of a platform's status: the history, and until it is announced, the work."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="status_changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=9, choices=choices(Status))
    after = models.CharField(max_length=9, choices=choices(Status))
    cause = models.CharField(max_length=200)
    missed_from = models.DateTimeField(
        null=True, help_text="From when on what was sent to it may not have arrived."
    )
    announced_at = models.DateTimeField(
        null=True, help_text="When those who may know were told, or it was booked to tell them."
    )

    class Meta:
        indexes = (
            models.Index(fields=["platform", "-id"], name="status_change_newest"),
            models.Index(
                fields=["id"],
                condition=models.Q(announced_at=None),
                name="status_change_new",
            ),
        )

    def __str__(self) -> str:
        return f"{self.platform}: {self.before} to {self.after}"


class Liveness(models.Model):
    """What tells whether a platform is there: failures in a row of requests to it, and checks."""

    platform = models.OneToOneField(
        Platform, models.CASCADE, primary_key=True, related_name="liveness"
    )
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    checks_failed = models.SmallIntegerField(default=0)
    check_due_at = models.DateTimeField(
        null=True, help_text="Not to be asked before; while it is asked, when that must have ended."
    )
    checked_at = models.DateTimeField(null=True)
    check_said = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"liveness of {self.platform}"


class CredentialsRole(models.Model):
    """A party in one role on a platform. `party` is folded, for comparing; the two codes are as
    the platform spelled them."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=5, choices=choices(Role))
    party = models.CharField(max_length=6, db_index=True, editable=False)
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    business_details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("party", "role")
        constraints = (
            models.UniqueConstraint(fields=["role", "party"], name="one_platform_per_party_role"),
        )

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id} {self.role}"


class Endpoint(models.Model):
    """Where a platform serves one interface of one module. `override` is an operator's correction
    and survives the next registration."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="endpoints")
    module = models.CharField(max_length=36)
    interface = models.CharField(max_length=8, choices=choices(Interface))
    url = models.CharField(max_length=255, blank=True, default="")
    override = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        ordering = ("module", "interface")
        constraints = (
            models.UniqueConstraint(
                fields=["platform", "module", "interface"], name="one_url_per_interface"
            ),
        )

    def __str__(self) -> str:
        return f"{self.module} {self.interface}"


class Token(models.Model):
    """A credentials token: found by its fingerprint, readable only with the hub's secret key."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=10, choices=choices(TokenKind))
    fingerprint = models.CharField(max_length=64, db_index=True)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    replaced = models.BooleanField(
        default=False, help_text="A newer one was given; this one ends when the newer is used."
    )

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.kind} token of {self.platform}"


class PartyClaim(models.Model):
    """A platform claimed a party that another one holds: quarantined until an operator decides."""

    class Decision(models.TextChoices):
        OPEN = "open"
        REJECTED = "rejected"
        GRANTED = "granted"

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="claims")
    held_by = models.ForeignKey(Platform, models.CASCADE, related_name="contested")
    role = models.CharField(max_length=5, choices=choices(Role))
    party = models.CharField(max_length=6)
    claimed_at = models.DateTimeField(db_default=Now())
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "claim"
        verbose_name_plural = "quarantined claims"
        ordering = ("-claimed_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["platform", "role", "party"],
                condition=models.Q(decision="open"),
                name="one_open_claim",
            ),
        )

    def __str__(self) -> str:
        return f"{self.platform} claims {self.party} {self.role}"


class Directory(models.Model):
    """One row: the version of the picture, raised by every change that routing must know of; and
    what the hub itself was called when it was last started."""

    version = models.BigIntegerField(default=1)
    hub_party = models.CharField(max_length=6, default="", help_text="HUB_PARTY, as in NL/HUB.")
