"""The message log: one row per leg, partitioned by day, written by COPY and never updated.

Both legs of a message share the correlation id; an onward leg names the request that caused it as
its parent. Secrets are masked before a row is made. A body that was passed on as it came is kept
once, with the leg it came on.
"""

from django.db import models


class Direction(models.TextChoices):
    """Who called whom."""

    IN = "in"  # a platform called the hub
    OUT = "out"  # the hub called a platform


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

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "message log"
        indexes = (
            models.Index(fields=["correlation_id"], name="leg_correlation"),
            models.Index(fields=["request_id"], name="leg_request"),
            models.Index(fields=["platform_id", "-id"], name="leg_platform"),
            models.Index(fields=["-id"], name="leg_newest"),
            models.Index(
                fields=["object", "-id"], name="leg_object", condition=~models.Q(object="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
