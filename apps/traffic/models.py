"""The message log: one row per leg, partitioned by day, written by COPY and never updated.

Both legs of a message share the correlation id; an onward leg names the request that caused it as
its parent. Secrets are masked before a row is written. A body that was passed on as it came is kept
once, with the leg it came on.
"""

from django.db import models

from apps.traffic.outcome import Outcome


class Direction(models.TextChoices):
    """Who called whom."""

    IN = "in"  # a platform called the hub
    OUT = "out"  # the hub called a platform


# The log is mostly of the others; these would be found late without an index.
RARE_METHODS = ("POST", "DELETE")


class Leg(models.Model):
    """One request and its answer. The table is partitioned on `at`; `id` is unique over all
    partitions because one sequence numbers them. Created by hand in the first migration."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction)
    correlation_id = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64)
    parent = models.CharField(max_length=64, blank=True)
    platform_id = models.BigIntegerField(null=True)
    from_party = models.CharField(max_length=6, blank=True)
    to_party = models.CharField(max_length=6, blank=True)
    module = models.CharField(max_length=36, blank=True)
    interface = models.CharField(max_length=8, blank=True)
    method = models.CharField(max_length=7)
    path = models.TextField()
    http_status = models.SmallIntegerField(null=True)
    code = models.SmallIntegerField(null=True)
    milliseconds = models.FloatField()
    error = models.TextField(blank=True)
    request_bytes = models.IntegerField()
    answer_bytes = models.IntegerField()
    request_headers = models.TextField(blank=True)
    answer_headers = models.TextField(blank=True)
    request_body = models.TextField(null=True)
    answer_body = models.TextField(null=True)
    object = models.TextField(blank=True, default="", help_text="The kept object that it changed.")
    outcome = models.CharField(
        max_length=7, choices=[(each.value, each.value) for each in Outcome], default=Outcome.OK
    )
    follows = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Correlation id of the message whose stand-in it was sent to.",
    )
    says = models.CharField(
        max_length=40,
        blank=True,
        db_default="",
        help_text="The `result` that a command was answered with, or that came for it later.",
    )
    spoken = models.CharField(
        max_length=8,
        blank=True,
        default="",
        db_default="",
        help_text="The version of OCPI that a request of the hub was written in.",
    )
    notes = models.TextField(
        blank=True,
        default="",
        help_text="What was lost or assumed between two versions of OCPI: a JSON list of path, "
        "what, why and version. Empty where nothing was.",
    )

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "message log"
        indexes = (
            models.Index(fields=["correlation_id"], name="leg_correlation"),
            models.Index(fields=["request_id"], name="leg_request"),
            models.Index(fields=["-id"], name="leg_newest"),
            models.Index(
                fields=["object", "-id"], name="leg_object", condition=~models.Q(object="")
            ),
            models.Index(fields=["follows"], name="leg_follows", condition=~models.Q(follows="")),
            # What the list is narrowed by, each with the newest first. In the order of time and
            # not of ids, so that a list begins in the newest partition and may end there.
            models.Index(fields=["-at", "-id"], name="leg_at"),
            models.Index(fields=["platform_id", "-at", "-id"], name="leg_platform_at"),
            models.Index(fields=["from_party", "-at", "-id"], name="leg_from_at"),
            models.Index(fields=["to_party", "-at", "-id"], name="leg_to_at"),
            models.Index(fields=["module", "-at", "-id"], name="leg_module_at"),
            models.Index(
                fields=["method", "-at", "-id"],
                name="leg_method_at",
                condition=models.Q(method__in=RARE_METHODS),
            ),
            models.Index(
                fields=["outcome", "-at", "-id"],
                name="leg_outcome_at",
                condition=~models.Q(outcome="ok"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
