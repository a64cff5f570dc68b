"""The audit: one row for each act, each sealed with the one before it (chain.py)."""

from django.db import models


class Entry(models.Model):
    """One act. It is written once; the database refuses to change or remove it."""

    class Via(models.TextChoices):
        PAGE = "page"
        COMMAND = "command"
        API = "api"

    at = models.DateTimeField()
    actor = models.CharField(max_length=150, help_text="The user, or who ran the command.")
    via = models.CharField(max_length=7, choices=Via)
    act = models.CharField(max_length=100)
    kind = models.CharField(max_length=60, help_text="What it was done to.")
    subject = models.CharField(max_length=200)
    reason = models.TextField()
    before = models.JSONField(help_text="What it changed, as it was before.")
    after = models.JSONField(help_text="The same, as it was afterwards.")
    previous = models.CharField(max_length=64, help_text="The seal of the entry before.")
    seal = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = "act"
        verbose_name_plural = "audit"
        indexes = (
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["kind", "subject", "-id"], name="audit_subject"),
            models.Index(fields=["act", "-id"], name="audit_act"),
            models.Index(fields=["at"], name="audit_at"),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"
