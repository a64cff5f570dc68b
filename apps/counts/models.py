"""Counts per minute, and per hour when they are older than a day.

`at` is where a span begins, `minutes` how long it is: 1 or 60. Rows are only ever added to, so any
number of processes may count. They have no pages of their own, and no permissions: who may see
messages, or deliveries, may see how many there were.
"""

from django.db import models

from apps.counts.times import OWN_UP_TO, PARTNER_UP_TO

OWN = tuple(f"own_{number}" for number in range(len(OWN_UP_TO) + 1))
PARTNER = tuple(f"partner_{number}" for number in range(len(PARTNER_UP_TO) + 1))
# What is counted of messages: columns that are added up.
NUMBERS = ("messages", "own_ms", "partner_ms", *OWN, *PARTNER)


class Span(models.Model):
    """A stretch of time."""

    at = models.DateTimeField()
    minutes = models.SmallIntegerField()

    class Meta:
        abstract = True
        default_permissions = ()


class Numbers(Span):
    """What is counted of messages. A message is counted in the minute in which it began, with all
    that came of it. The hub's own time is counted of messages that came in, the partner's of those
    that a platform was asked about. `own_N` and `partner_N` are buckets of apps.counts.times."""

    messages = models.IntegerField()
    own_ms = models.FloatField(help_text="Time the hub itself took, in milliseconds, all together.")
    partner_ms = models.FloatField(help_text="Time that platforms were waited for.")

    class Meta(Span.Meta):
        abstract = True


for name in (*OWN, *PARTNER):
    Numbers.add_to_class(name, models.IntegerField())


class Pair(Numbers):
    """Messages from one platform to another. 0 is the hub: as the receiver where it answered by
    itself, as the sender of what it asked and delivered."""

    pk = models.CompositePrimaryKey(
        "minutes", "at", "from_platform", "to_platform", "module", "outcome"
    )
    from_platform = models.BigIntegerField()
    to_platform = models.BigIntegerField()
    module = models.CharField(max_length=36)
    outcome = models.CharField(max_length=7)


class Total(Numbers):
    """All messages from platforms: what the hub as a whole did. Its own requests are not in it."""

    pk = models.CompositePrimaryKey("minutes", "at", "outcome")
    outcome = models.CharField(max_length=7)


class Loss(models.Model):
    """What is lost or assumed again and again when a platform is told something in its own version
    of OCPI: one row per field, counted since it was first seen. It is no span: it goes when it has
    not been seen for as long as hours are kept."""

    pk = models.CompositePrimaryKey("platform", "module", "source", "target", "field", "what")
    platform = models.BigIntegerField(help_text="The one that was told.")
    module = models.CharField(max_length=36)
    source = models.CharField(max_length=8, help_text="The version in which it came.")
    target = models.CharField(max_length=8, help_text="The version of the platform.")
    field = models.CharField(max_length=200, help_text="Path without positions.")
    what = models.CharField(max_length=8, help_text="lost, changed or assumed.")
    why = models.TextField(help_text="As it was said last.")
    times = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class Queue(Span):
    """Deliveries of one platform; of all in the row of platform 0, which is there in every minute
    in which a worker looked. Of an hour the worst minute is kept."""

    pk = models.CompositePrimaryKey("minutes", "at", "platform")
    platform = models.BigIntegerField()
    done = models.IntegerField(db_default=0)
    dropped = models.IntegerField(db_default=0)
    waiting = models.IntegerField(null=True, help_text="None: nobody looked in that minute.")
    oldest_seconds = models.FloatField(null=True, help_text="How long the oldest of them waits.")
