"""The shapes of answers, for the OpenAPI document. The answers themselves are the plain data that
commands and pages show; a test compares each of them with its shape.
"""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework.serializers import (
    BaseSerializer,
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    ModelSerializer,
    Serializer,
)

from apps.console import message_facts
from apps.traffic.models import Leg


def many(child: Any) -> ListField:
    return ListField(child=child)


def maybe(field: type[Any], **options: Any) -> Any:
    """A field that is always there, and may be null."""
    return field(allow_null=True, **options)


def page_of(name: str, shape: type[BaseSerializer]) -> Any:
    """A page of a list of such items."""
    return inline_serializer(
        name,
        {
            "items": shape(many=True),
            "next": CharField(allow_null=True, help_text="The cursor of the next page."),
        },
    )


class Finding(Serializer):
    id = IntegerField()
    platform_id = maybe(IntegerField)
    module = CharField()
    owner = CharField()
    object = CharField()
    for_party = CharField(help_text="Empty: of the copy for everyone.")
    path = CharField()
    code = CharField()
    severity = CharField()
    message = CharField()
    first_seen = DateTimeField()
    last_seen = DateTimeField()
    times = IntegerField()


class ObjectInShort(Serializer):
    sequence = IntegerField()
    module = CharField()
    owner = CharField()
    id = CharField()
    for_party = CharField(help_text="Empty: for everyone.")
    version = CharField()
    last_updated = maybe(DateTimeField)
    created = DateTimeField()
    changed = DateTimeField()
    platform_id = maybe(IntegerField)
    origin = CharField()
    cause = CharField()
    flagged = BooleanField()


class Object(ObjectInShort):
    text = CharField(help_text="The object as JSON text, every digit as its owner wrote it.")
    findings = Finding(many=True)


class Message(ModelSerializer):
    """One leg of the message log, without headers and bodies."""

    version = CharField(help_text="In which it was spoken; empty where there was none yet.")
    noted = IntegerField(help_text="So many losses and assumptions.")

    class Meta:
        model = Leg
        fields = (*message_facts.SHORT, "version", "noted")


class WholeMessage(Serializer):
    """A leg, the one beside it, and what the hub changed between the two."""

    leg = DictField()
    left = DictField()
    right = DictField(allow_null=True)
    others = many(IntegerField())
    parts = many(DictField())
    curl = CharField()
    delivery = maybe(IntegerField, help_text="The delivery that it was an attempt of.")
    notes = many(DictField(help_text="The leg, path, what, why and version."))
    versions = DictField(help_text="In which each leg was spoken, by its number.")


class Copies(Serializer):
    copies = Object(many=True)


class Notice(Serializer):
    id = IntegerField()
    event = CharField()
    channel = CharField()
    state = CharField()
    attempts = IntegerField()
    booked = DateTimeField()
    due = maybe(DateTimeField)
    ended = maybe(DateTimeField)
    answer = CharField()


Notices = page_of("Notices", Notice).__class__


class Alert(Serializer):
    id = IntegerField()
    kind = CharField()
    subject = CharField()
    about = CharField()
    text = CharField()
    advice = CharField()
    since = DateTimeField()
    raised = DateTimeField()
    ended = maybe(DateTimeField)
    link = CharField()
    notices = Notice(many=True)


class Pull(Serializer):
    id = IntegerField()
    module = CharField()
    party = CharField()
    kind = CharField()
    cause = CharField()
    state = CharField()
    reason = CharField()
    date_from = maybe(DateTimeField)
    booked = DateTimeField()
    started = maybe(DateTimeField)
    ended = maybe(DateTimeField)
    pages = IntegerField()
    objects = IntegerField()
    total = maybe(IntegerField)
    created = IntegerField()
    changed = IntegerField()
    skipped = IntegerField()
    missing = IntegerField()
    bytes = IntegerField()
    seconds = FloatField()
    objects_per_second = maybe(IntegerField)
    correlation_id = CharField()
    remarks = many(CharField())


class PulledList(Serializer):
    id = IntegerField()
    platform = CharField()
    module = CharField()
    party = CharField()
    active = BooleanField()
    next_delta = maybe(DateTimeField)
    next_full = maybe(DateTimeField)
    synced_from = maybe(DateTimeField)
    latest = Pull(allow_null=True)
    now = CharField()


class Entry(Serializer):
    id = IntegerField()
    at = DateTimeField()
    actor = CharField()
    via = CharField()
    act = CharField()
    kind = CharField()
    subject = CharField()
    reason = CharField()
    before = DictField()
    after = DictField()
    previous = CharField(help_text="The seal of the entry before.")
    seal = CharField()


class Trace(Serializer):
    asked = CharField()
    means = CharField(help_text="message, party or object.")
    trace = DictField(allow_null=True, help_text="Legs and deliveries, as the command has them.")
    chains = many(DictField())
    sequence = DictField(allow_null=True, help_text="What the diagram of the page shows.")


class Step(Serializer):
    name = CharField()
    passed = BooleanField()
    says = CharField()


class DryLeg(Serializer):
    party = CharField()
    platform = CharField()
    method = CharField()
    url = CharField()
    headers = many(CharField())
    body = maybe(CharField, help_text="Null: the same bytes.")
    notes = many(DictField(help_text="What it loses or assumes: path, what, why, version."))


class Refusal(Serializer):
    http = IntegerField()
    code = IntegerField()
    text = CharField()
    reason = CharField()


class DryRun(Serializer):
    method = CharField()
    path = CharField()
    platform = CharField()
    steps = Step(many=True)
    row = maybe(IntegerField, help_text="Of the routing table.")
    action = CharField()
    legs = DryLeg(many=True)
    refusal = Refusal(allow_null=True)


class Hub(Serializer):
    name = CharField()
    party = CharField()
    public_url = CharField()
    versions_url = CharField()
    versions = many(CharField())
    modules = many(CharField())
    platforms = DictField()
    open_claims = IntegerField()
    settings = DictField(help_text="Secrets are told as set or not set.")


class Statistics(Serializer):
    now = DateTimeField()
    attention = many(DictField())
    platforms = DictField()
    versions = DictField(help_text="How many platforms speak each version of OCPI.")
    traffic = DictField()
    deliveries = DictField()


class Member(Serializer):
    id = IntegerField()
    platform = CharField()
    status = CharField()
    version = CharField()
    side = CharField()
    roles = many(CharField())
    parties = many(CharField())
    messages = IntegerField()
    ok = IntegerField()
    refused = IntegerField()
    failed = IntegerField()
    share_ok = maybe(FloatField)
    waiting = maybe(IntegerField)
    last_seen = maybe(DateTimeField)


Members = page_of("Members", Member).__class__


class Problem(Serializer):
    """An error, as RFC 9457 has it."""

    type = CharField()
    title = CharField()
    status = IntegerField()
    detail = CharField()
    errors = ListField(  # type: ignore[assignment]  # becomes a field, not a property
        child=DictField(child=CharField()),
        required=False,
        help_text="Each with `field` and `rule`, where the request is to be mended.",
    )
