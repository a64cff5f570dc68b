"""Lists that the hub pulls, the pulls themselves with all they need to go on after a crash, and
what a full pull did not find again."""

from django.db import models
from django.db.models.functions import Now

from apps.parties.models import Platform
from hub.policy.pulling import Kind


class Source(models.Model):
    """One party's list of one module at its platform, and when it is pulled next."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="sources")
    module = models.CharField(max_length=36)
    party = models.CharField(max_length=6)
    active = models.BooleanField(
        default=True,
        help_text="Whether the platform offers the list and pulling it is switched on.",
    )
    connected_since = models.DateTimeField(
        help_text="Since when the platform was connected at the last look: a later moment is a "
        "return, and a pull."
    )
    delta_due_at = models.DateTimeField(null=True)
    full_due_at = models.DateTimeField(null=True)
    synced_from = models.DateTimeField(
        null=True, help_text="When the last pull that ended well began; a delta asks from there."
    )
    latest = models.ForeignKey("Pull", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "pulled list"
        ordering = ("platform", "module", "party")
        constraints = (
            models.UniqueConstraint(fields=["platform", "module", "party"], name="one_source"),
        )

    def __str__(self) -> str:
        return f"{self.module} of {self.party}"


class Pull(models.Model):
    """One walk through a list, page by page. An open one is work; its columns are where it is."""

    class State(models.TextChoices):
        OPEN = "open"  # waiting, running, or waiting to try again
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"  # switched off, or not offered any more

    source = models.ForeignKey(Source, models.CASCADE, related_name="pulls")
    kind = models.CharField(max_length=5, choices=[(k.value, k.value) for k in Kind])
    cause = models.CharField(max_length=100)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    correlation_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    date_from = models.DateTimeField(null=True)
    next_url = models.TextField(blank=True, default="")
    page_digest = models.CharField(max_length=32, blank=True, default="")
    pages = models.IntegerField(default=0)
    total = models.BigIntegerField(null=True, help_text="X-Total-Count, where it is a number.")
    objects_kept = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0, help_text="Time spent on it; waiting does not count.")
    attempts = models.SmallIntegerField(default=0, help_text="Of the next page, in a row.")
    reason = models.TextField(blank=True, default="")
    remarks = models.TextField(blank=True, default="", help_text="What was odd, one line each.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(state="open"), name="one_open_pull"
            ),
        )
        indexes = (
            models.Index(fields=["ended_at"], name="pull_age"),
            models.Index(fields=["source", "-id"], name="pull_newest"),
            models.Index(fields=["correlation_id"], name="pull_correlation"),
        )

    def __str__(self) -> str:
        return f"{self.kind} pull of {self.source}"


class Asked(models.Model):
    """A page that an open pull has been through, so that Links that lead in circles are noticed."""

    pk = models.CompositePrimaryKey("pull_id", "digest")
    pull_id = models.BigIntegerField()
    digest = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.digest


class Seen(models.Model):
    """An object that an open full pull has met."""

    pk = models.CompositePrimaryKey("pull_id", "key")
    pull_id = models.BigIntegerField()
    key = models.TextField()

    def __str__(self) -> str:
        return self.key


class Missing(models.Model):
    """A kept object that its owner's whole list did not have; confirmed by a second full pull."""

    source = models.ForeignKey(Source, models.CASCADE)
    key = models.TextField()
    since = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "key"], name="missing_once"),)

    def __str__(self) -> str:
        return self.key


class Lease(models.Model):
    """Who works on something now, until when. It runs out by itself when the holder dies."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=36)
    leased_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
