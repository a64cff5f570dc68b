"""Custom modules' objects, findings, what changed objects before, the routing index, and the
stand-in URLs."""

from django.db import models
from django.db.models.functions import Collate, Now, Reverse

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
        indexes = (
            models.Index(fields=["module", "key"], name="customobject_key"),
            models.Index(
                fields=["module", "audience", "sequence"],
                include=["owner", "last_updated"],
                name="customobject_page",
            ),
            models.Index(
                fields=["module", "audience", "last_updated"],
                include=["owner", "sequence"],
                name="customobject_delta",
            ),
            models.Index(fields=["module", "changed_at"], name="customobject_changed"),
            models.Index(
                fields=["-sequence"],
                condition=models.Q(flagged=True),
                name="customobject_flagged",
            ),
        )


class Counted(models.Model):
    """A number of kept objects of one owner for one audience."""

    module = models.CharField(max_length=36)
    owner = models.CharField(max_length=6)
    audience = models.CharField(max_length=6)
    number = models.BigIntegerField()

    class Meta:
        abstract = True


class Tally(Counted):
    """The numbers as last added up (apps/store/tally.py): of all objects, and of those last
    updated within a day and within an hour."""

    class Span(models.TextChoices):
        ALL = "all"
        DAY = "day"
        HOUR = "hour"

    span = models.CharField(max_length=4, choices=Span)
    start = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["module", "audience", "span", "start", "owner"],
                nulls_distinct=False,
                name="tally_identity",
            ),
        )


class TallyChange(Counted):
    """What triggers have counted since: all objects, or with `hour` those last updated in it."""

    hour = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["module", "audience", "hour"], name="tallychange_hour"),)


class Finding(models.Model):
    """One remark on the quality of one kept object, from the first to the last sight of it."""

    platform = models.BigIntegerField(null=True)
    module = models.CharField(max_length=36)
    owner = models.CharField(max_length=6)
    key = models.TextField()
    audience = models.CharField(max_length=6)
    path = models.TextField()
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=7)
    message = models.TextField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["module", "owner", "key", "audience", "path", "code"],
                name="finding_identity",
            ),
        )
        # One for each thing that an operator asks for, with the newest first. None of them holds a
        # column that changes when a finding is seen again, so that it costs no index anything.
        indexes = (
            *(
                models.Index(fields=[name, "-id"], name=f"finding_{name}")
                for name in ("platform", "module", "owner", "code", "severity")
            ),
            # What one rule finds with one owner: from the counts on the page of data quality.
            models.Index(fields=["owner", "module", "code", "-id"], name="finding_owner_rule"),
            # By the id that a path ends in, see arrivals.py.
            models.Index(
                "owner",
                Collate(Reverse("path"), "C"),
                condition=models.Q(code="unknown_reference"),
                name="finding_names",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} at {self.path}"


class Arrival(models.Model):
    """A new object that others may name. What others said of its absence is looked at twice."""

    module = models.CharField(max_length=36)
    owner = models.CharField(max_length=6)
    key = models.TextField()
    looked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["id"], condition=models.Q(looked_at=None), name="arrival_not_looked_at"
            ),
            models.Index(fields=["looked_at"], name="arrival_looked_at"),
        )

    def __str__(self) -> str:
        return f"{self.module} {self.key}"


class PastChange(models.Model):
    """A pull or import that had changed a copy of an object, until something else changed it."""

    module = models.CharField(max_length=36)
    owner = models.CharField(max_length=6)
    key = models.TextField()
    audience = models.CharField(max_length=6)
    origin = models.CharField(max_length=6, choices=StoredObject.Origin)
    cause = models.CharField(max_length=64)
    platform = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=["module", "owner", "key", "audience", "-id"], name="pastchange_object"
            ),
            models.Index(fields=["until"], name="pastchange_age"),
        )

    def __str__(self) -> str:
        return f"{self.cause} of {self.key}"


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


class Admission(models.Model):
    """A token that was let charge at a place of a CPO of 2.1.1, whose Sessions and CDRs tell the
    contract only (apps/store/drivers.py). Ids are folded; `evse` is empty for any there."""

    cpo = models.CharField(max_length=6)
    emsp = models.CharField(max_length=6)
    location = models.TextField()
    evse = models.TextField(blank=True)
    uid = models.TextField()
    type = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["cpo", "location", "at"], name="admission_place"),
            models.Index(fields=["at"], name="admission_age"),
            models.Index(fields=["uid"], name="admission_token"),
        )

    def __str__(self) -> str:
        return f"{self.emsp} at {self.cpo} {self.location}"


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

    replies = models.CharField(
        max_length=40,
        blank=True,
        db_default="",
        help_text="The class of the result that is posted to it, as 2.2.1 calls it.",
    )

    class Meta:
        indexes = (
            models.Index(fields=["expires_at"], name="standin_expiry"),
            models.Index(fields=["module", "key"], name="standin_key", condition=~models.Q(key="")),
            # Until when the result of a message may come.
            models.Index(
                fields=["correlation_id"], name="standin_result", condition=models.Q(kind="result")
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Alias(models.Model):
    """Another name of an id, for those who cannot take the id itself (apps/store/alias.py). It is
    kept for good: whoever was told it may come back with it."""

    alias = models.CharField(max_length=36, primary_key=True)
    module = models.CharField(max_length=36, default="locations")
    owner = models.CharField(max_length=6)
    key = models.TextField(help_text="The id, folded.")
    identifier = models.TextField(help_text="The id as it was first spelled.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "aliases"
        constraints = (
            models.UniqueConstraint(fields=["module", "key", "owner"], name="one_alias_each"),
        )

    def __str__(self) -> str:
        return f"{self.alias} of {self.owner}"


class ReservationNumber(models.Model):
    """The number of a reservation for parties of 2.1.1; the row's own id."""

    id = models.AutoField(primary_key=True)
    owner = models.CharField(max_length=6)
    key = models.TextField()
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner", "key"], name="one_number_each"),)
        indexes = (models.Index(fields=["given_at"], name="reservationnumber_age"),)

    def __str__(self) -> str:
        return f"{self.id} of {self.owner}"
