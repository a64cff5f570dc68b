"""Agreements as rows, and the history of their states. Rules: hub.routing.agreements."""

from django.db import models

from hub.routing.agreements import EVERYBODY, State


class Agreement(models.Model):
    """Two parties that may exchange modules, from a date to a date; or what one party offers to
    all of the opposite side. An empty list of modules means all but custom ones."""

    State = State

    one = models.CharField(max_length=6, help_text="A party, such as NL/CPO.")
    other = models.CharField(
        max_length=6, help_text="The other party, such as DE/MSP; * is an offer to all."
    )
    modules = models.JSONField(default=list, blank=True, help_text='Such as ["locations"].')
    state = models.CharField(
        max_length=7, choices=[(s.value, s.value) for s in State], default=State.OFFERED
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("one", "other")

    def __str__(self) -> str:
        return f"{self.one} to all" if self.is_to_all else f"{self.one} and {self.other}"

    @property
    def is_to_all(self) -> bool:
        """Whether it is an offer to all."""
        return self.other == EVERYBODY


class AgreementChange(models.Model):
    """One change of an agreement's state: who made it, when and why."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=7, blank=True, help_text="Empty: it was recorded then.")
    after = models.CharField(max_length=7)
    by = models.CharField(max_length=150)
    cause = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.agreement}: {self.before or 'new'} to {self.after}"
