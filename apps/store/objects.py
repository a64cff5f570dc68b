"""The shape that every kept object has, whatever its module.

A module's `models.py` subclasses StoredObject and names its module id; the store finds the table
by it. Modules without a table of their own are kept in CustomObject.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

EVERYONE = ""


class JsonText(models.TextField):
    """PostgreSQL's `json`: the text as it came, every digit and unknown member, checked to be
    JSON. (`jsonb` would reorder members and rewrite numbers.)"""

    def db_type(self, connection: Any) -> str:
        return "json"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::json"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return f"{sql}::text", params


class StoredObject(models.Model):
    """One object of one owner, as everyone or as one party may see it.

    `owner`, `key` and `audience` are folded and identify it; `sequence` is the order in which the
    hub first saw it; `changed_at` is the hub's own stamp, `last_updated` the owner's, untouched.
    """

    class Origin(models.TextChoices):
        PUSH = "push"
        PULL = "pull"
        IMPORT = "import"

    module_id: ClassVar[str] = ""

    sequence = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=6)
    key = models.TextField()
    audience = models.CharField(
        max_length=6,
        default=EVERYONE,
        help_text="The party a directed copy is for; empty: everyone.",
    )
    payload = JsonText()
    version = models.CharField(max_length=8)
    last_updated = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    pushed_by = models.BigIntegerField(
        null=True, help_text="The platform it came from; empty: an import."
    )
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.PUSH)
    cause = models.CharField(
        max_length=64,
        default="",
        help_text="The correlation id of the push, or the pull or import, that changed it last.",
    )
    unsaid = models.CharField(
        max_length=100,
        null=True,
        help_text="The versions that cannot say it; empty: each can; null: not looked at yet.",
    )
    flagged = models.BooleanField(default=False, help_text="Whether findings are open on it.")

    class Meta:
        abstract = True
        constraints = (
            models.UniqueConstraint(fields=["owner", "key", "audience"], name="%(class)s_identity"),
        )
        # Pages are found in the second without a look at the rows, deltas in the third.
        indexes: ClassVar[tuple[models.Index, ...]] = (
            models.Index(fields=["key"], name="%(class)s_key"),
            models.Index(
                fields=["audience", "sequence"],
                include=["owner", "last_updated"],
                name="%(class)s_page",
            ),
            models.Index(
                fields=["audience", "last_updated"],
                include=["owner", "sequence"],
                name="%(class)s_delta",
            ),
            models.Index(fields=["changed_at"], name="%(class)s_changed"),
            models.Index(
                fields=["-sequence"],
                condition=models.Q(flagged=True),
                name="%(class)s_flagged",
            ),
            # What lists in some version leave out, and so do not count.
            models.Index(
                fields=["audience", "owner"],
                include=["last_updated", "unsaid"],
                condition=models.Q(unsaid__gt=""),
                name="%(class)s_unsaid",
            ),
            models.Index(
                fields=["sequence"],
                condition=models.Q(unsaid=None),
                name="%(class)s_unlooked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
