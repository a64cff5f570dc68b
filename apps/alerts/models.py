"""What needs a person, and who was told of it: an alert per condition, a notice per change and
channel."""

from django.db import models
from django.db.models.functions import Now


class Kind(models.TextChoices):
    """What an alert is about; apps.alerts.conditions says how each is found."""

    OFFLINE = "platform_offline", "platform offline"
    FAILURES = "failures", "failures"
    WAITING = "waiting_delivery", "waiting delivery"
    PAUSED = "paused_lane", "paused lane"
    CLAIM = "quarantine", "quarantine"
    AGREEMENT = "agreement_ends", "agreement ends"
    INVITATION = "invitation_unused", "invitation unused"
    PULLS = "failing_pulls", "failing pulls"
    NAMES = "parties_not_named", "parties not named"


class Alert(models.Model):
    """One condition while it lasts. It is kept back until it has lasted for a while: only then is
    it raised, and told. It stays open until it has not been seen for as long."""

    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=60, help_text="Which one, by an id that stays.")
    about = models.CharField(max_length=200, help_text="Which one, by its name.")
    text = models.TextField()
    path = models.TextField(help_text="The operator's page for it, below HUB_PUBLIC_URL.")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    raised_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(ended_at=None),
                name="one_open_alert",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')}: {self.about}"


class Notice(models.Model):
    """One change of an alert for one channel: the work until it is sent, the record afterwards."""

    class Event(models.TextChoices):
        RAISED = "raised"
        OVER = "over"
        TEST = "test"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        GIVEN_UP = "given up"

    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="notices")
    event = models.CharField(max_length=6, choices=Event)
    channel = models.CharField(max_length=10)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    booked_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["alert", "event", "channel"],
                name="one_notice_per_change",
            ),
        )
        indexes = (
            models.Index(
                fields=["channel", "id"],
                condition=models.Q(state="waiting"),
                name="notice_waiting",
            ),
            models.Index(fields=["booked_at"], name="notice_age"),
        )

    def __str__(self) -> str:
        return f"{self.event} by {self.channel}"
