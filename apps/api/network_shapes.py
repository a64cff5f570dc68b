"""The shapes of answers about who is connected: platforms, parties, invitations, agreements."""

from drf_spectacular.utils import inline_serializer
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    IntegerField,
    Serializer,
)

from apps.api.shapes import many, maybe
from apps.api.traffic_shapes import Loss


class PlatformInShort(Serializer):
    id = IntegerField()
    platform = CharField(help_text="Its name in this hub.")
    status = CharField(help_text="A ConnectionStatus.")
    since = DateTimeField()
    version = CharField()
    parties = many(CharField())
    last_seen = maybe(DateTimeField)
    open_claims = IntegerField()


class PartyOfPlatform(Serializer):
    party = CharField()
    role = CharField()
    name = CharField()


class EndpointOfPlatform(Serializer):
    module = CharField()
    interface = CharField()
    url = CharField(help_text="As the platform listed it.")
    override = CharField(help_text="An operator's correction; used in its place.")


class TokenAge(Serializer):
    kind = CharField()
    created = DateTimeField()
    age_seconds = IntegerField()
    expires = maybe(DateTimeField)
    replaced = BooleanField()


class Claim(Serializer):
    id = IntegerField()
    platform = CharField()
    party = CharField()
    role = CharField()
    held_by = CharField()
    claimed = DateTimeField()
    decision = CharField()
    decided = maybe(DateTimeField)


class IsItThere(Serializer):
    last_check = maybe(DateTimeField)
    check_said = CharField()
    checks_failed = IntegerField()
    failures_in_a_row = IntegerField()
    failing_since = maybe(DateTimeField)


class Naming(Serializer):
    """Whether a platform of OCPI 2.3.0 was told, by PUT of the hub's credentials, which parties it
    reaches."""

    told = maybe(DateTimeField)
    differs_since = maybe(DateTimeField)
    attempts = IntegerField()
    not_before = maybe(DateTimeField)
    said = CharField(help_text="What came of the last attempt that failed.")
    waited_for = many(CharField(help_text="A party whose objects go out to it when it was told."))


class ChangeOfStatus(Serializer):
    at = DateTimeField()
    before = CharField()
    after = CharField()
    cause = CharField()
    announced = maybe(DateTimeField)


class CaughtUp(Serializer):
    missed_from = DateTimeField()
    returned = DateTimeField()
    booked = IntegerField()
    ended = maybe(DateTimeField)


class Given(Serializer):
    party = CharField()
    owner = CharField()
    module = CharField()
    began = DateTimeField()
    booked = IntegerField()
    ended = maybe(DateTimeField)
    reason = CharField()


class Speaks(Serializer):
    """The version of OCPI that was agreed on with a platform, and others that could be."""

    version = CharField()
    offers = many(CharField(help_text="What its versions endpoint listed when it was read last."))
    offers_read = maybe(DateTimeField)
    newer = many(CharField(help_text="A newer version that both have: it could go over to it."))
    hub_versions_url = CharField(help_text="Where it begins at the hub.")
    hub_party = CharField(help_text="What the hub is called there.")
    hub_party_as = CharField()
    not_shown = many(CharField(help_text="A version that it is not shown."))


class LossesOfPlatform(Serializer):
    """What it is told with a loss most often."""

    times = DictField(help_text="How often something was lost, changed or assumed.")
    rows = Loss(many=True)
    more = IntegerField(help_text="So many fields follow: /conversions has all.")


class Platform(Serializer):
    platform = CharField(help_text="Its name in this hub.")
    id = IntegerField()
    status = CharField()
    since = DateTimeField()
    cause = CharField()
    version = CharField()
    speaks = Speaks()
    versions_url = CharField()
    last_seen = maybe(DateTimeField)
    parties = PartyOfPlatform(many=True)
    endpoints = EndpointOfPlatform(many=True)
    tokens = TokenAge(many=True)
    learned = DictField(help_text="Habits that differ from the specification, and when seen.")
    switches = DictField()
    claims = Claim(many=True)
    waiting_deliveries = IntegerField()
    liveness = IsItThere()
    naming = Naming()
    history = ChangeOfStatus(many=True)
    caught_up = CaughtUp(many=True)
    given = Given(many=True)
    losses = LossesOfPlatform(
        required=False, help_text="Where it is asked for alone, by who may see the message log."
    )


class Party(Serializer):
    id = IntegerField()
    party = CharField()
    role = CharField()
    name = CharField()
    platform = CharField()
    platform_id = IntegerField()
    status = CharField()


class Invitation(Serializer):
    platform = CharField()
    token_a = CharField(help_text="Good for registering only, once; shown here and never again.")
    token_a_base64 = CharField()
    versions_url = CharField()
    versions_urls_of_2_1_1 = DictField(
        help_text="Where a platform of OCPI 2.1.1 begins, by the role of its party: CPO or EMSP."
    )
    expires = DateTimeField()


class OneTimePassword(Serializer):
    password = CharField(help_text="To be changed after the first log-in; shown here, once.")
    ends = DateTimeField()


class Done(Serializer):
    """What came of an act."""

    result = CharField()
    invitation = Invitation(allow_null=True)
    password = OneTimePassword(allow_null=True)


class Agreement(Serializer):
    id = IntegerField()
    one = CharField()
    other = CharField()
    modules = many(CharField())
    state = CharField()
    starts = maybe(DateTimeField)
    ends = maybe(DateTimeField)
    now = CharField()
    history = inline_serializer(
        "ChangeOfAgreement",
        # Not a class: Python has another use for the word from.
        {
            "at": DateTimeField(),
            "from": CharField(),
            "to": CharField(),
            "by": CharField(),
            "cause": CharField(),
        },
        many=True,
    )
