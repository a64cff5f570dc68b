"""The shapes of answers of what commands do beside pages: lines taken in, traces erased, and
HubClientInfo compared.
"""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    Serializer,
)


class ClientInfo(Serializer):
    party = CharField()
    role = CharField()
    should_be = CharField()
    says = CharField()
    agrees = BooleanField()
    last_updated = DateTimeField()


class Compared(Serializer):
    platform = CharField()
    objects = ClientInfo(many=True)
    differing = IntegerField()
    told_again = IntegerField()


class BadLine(Serializer):
    line = IntegerField()
    reason = CharField()


class TakenIn(Serializer):
    """What became of the lines."""

    lines = IntegerField()
    lines_before = IntegerField(help_text="0 here: each request begins anew.")
    new = IntegerField()
    changed = IntegerField()
    same = IntegerField()
    older = IntegerField()
    bad = IntegerField()
    wrong = BadLine(many=True, help_text="The first 100.")
    seconds = FloatField()
    lines_per_second = IntegerField()


class Erased(Serializer):
    uid = CharField()
    removed = BooleanField()
    traces = DictField(child=IntegerField(), help_text="By kind: how many there are, or were.")
