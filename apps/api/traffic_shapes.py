"""The shapes of answers about what passed: deliveries, pushes, commands, counts, losses."""

from drf_spectacular.utils import inline_serializer
from rest_framework.serializers import (
    CharField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    Serializer,
)

from apps.api.shapes import maybe
from apps.api.version_shapes import Note


class Delivery(Serializer):
    id = IntegerField()
    platform = CharField()
    party = CharField()
    object = CharField()
    state = CharField()
    attempts = IntegerField()
    created = DateTimeField()
    due = maybe(DateTimeField)
    ended = maybe(DateTimeField)
    http = maybe(IntegerField)
    code = maybe(IntegerField)
    reason = CharField()
    correlation_id = CharField()
    version = CharField(help_text="The version in which it came.")


class DeliveryInWords(Delivery):
    told_in = CharField(help_text="The version of the last attempt; empty where there was none.")
    notes = Note(many=True, help_text="What was lost or assumed in the last attempt.")


class Recipient(Serializer):
    """One recipient of a push: its delivery."""

    id = IntegerField()
    platform = CharField()
    party = CharField()
    state = CharField()
    attempts = IntegerField()
    reason = CharField()
    http = maybe(IntegerField)
    code = maybe(IntegerField)
    due = maybe(DateTimeField)
    ended = maybe(DateTimeField)


class Push(Serializer):
    id = IntegerField()
    at = DateTimeField()
    method = CharField()
    module = CharField()
    path = CharField()
    object = CharField()
    owner = CharField()
    correlation_id = CharField()
    numbers = DictField(child=IntegerField(), help_text="Recipients by state.")
    recipients = IntegerField()
    cells = Recipient(many=True, help_text="At most 60, those first that need somebody.")


class Lane(Serializer):
    id = IntegerField()
    platform = CharField()
    waiting = IntegerField()
    oldest_seconds = maybe(FloatField)
    next_try = maybe(DateTimeField)
    rests = CharField()


class Lanes(Serializer):
    looked_at = maybe(DateTimeField, help_text="When a worker last looked; null: not lately.")
    lanes = Lane(many=True)


class PartOfCommand(Serializer):
    """The leg with the response, or with the result."""

    id = IntegerField()
    at = DateTimeField()
    http_status = maybe(IntegerField)
    code = maybe(IntegerField)
    outcome = CharField()
    milliseconds = FloatField()
    error = CharField()
    says = CharField(help_text="Such as ACCEPTED, where the log has the body.")


class Result(PartOfCommand):
    after_milliseconds = FloatField()
    taken = maybe(DictField, help_text="The leg with which it was handed on.")


Command = inline_serializer(
    "Command",
    {
        "id": IntegerField(),
        "correlation_id": CharField(),
        "at": DateTimeField(),
        "module": CharField(),
        "command": CharField(),
        "from": CharField(),
        "to": CharField(),
        "state": CharField(),
        "turn": CharField(),
        "response": PartOfCommand(allow_null=True),
        "result": Result(allow_null=True),
        "result_until": maybe(DateTimeField),
    },
).__class__


class Quantiles(Serializer):
    """Half of all, and 95 in 100, took no longer, in milliseconds."""

    p50 = maybe(FloatField)
    p95 = maybe(FloatField)


class End(Serializer):
    id = IntegerField(help_text="0 is the hub.")
    platform = CharField()


Count = inline_serializer(
    "Count",
    {
        "from": End(),
        "to": End(),
        "module": CharField(),
        "outcome": CharField(),
        "messages": IntegerField(),
        "hub_ms": Quantiles(),
        "partner_ms": Quantiles(),
    },
).__class__


# Not a class: a shape has another use for the word source.
Loss = inline_serializer(
    "Loss",
    {
        "platform": End(help_text="The one that was told."),
        "module": CharField(),
        "source": CharField(help_text="The version in which it came."),
        "target": CharField(help_text="The version of the platform."),
        "field": CharField(help_text="Path without positions in lists."),
        "what": CharField(help_text="lost, changed or assumed."),
        "why": CharField(),
        "times": IntegerField(),
        "first": DateTimeField(),
        "last": DateTimeField(),
    },
).__class__
