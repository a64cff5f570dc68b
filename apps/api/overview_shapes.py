"""The shapes of answers about more than rows: quality, the map, onboarding, agreements, objects."""

from drf_spectacular.utils import inline_serializer
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
)

from apps.api.network_shapes import Agreement
from apps.api.shapes import ObjectInShort, many, maybe


class Score(Serializer):
    owner = CharField()
    module = CharField()
    objects = IntegerField()
    with_errors = IntegerField()
    with_warnings = IntegerField()
    correctness = FloatField()
    completeness = maybe(FloatField)
    score = FloatField()
    fields = inline_serializer(  # type: ignore[assignment]  # becomes a field, not a property
        "RecommendedField",
        # Not a class: Python has another use for the word for.
        {
            "field": CharField(),
            "for": CharField(help_text="What it is good for."),
            "given": IntegerField(help_text="So many objects have it."),
            "of": IntegerField(help_text="So many were looked at."),
        },
        many=True,
    )
    platform = maybe(DictField, help_text="Its id and name, where the owner has one now.")


class Rule(Serializer):
    module = CharField()
    code = CharField()
    severity = CharField()
    advice = CharField()
    findings = IntegerField()
    objects = IntegerField()


class RuleOfAll(Rule):
    owners = DictField(help_text="By owner: findings and objects.")


class Quality(Serializer):
    counted_at = maybe(DateTimeField)
    scores = Score(many=True)
    rules = RuleOfAll(many=True)


class Example(Serializer):
    id = IntegerField(help_text="The finding.")
    object = CharField()
    for_party = CharField()
    path = CharField()
    message = CharField()


class RuleOfOwner(Rule):
    examples = Example(many=True)


class QualityOfOwner(Serializer):
    owner = CharField()
    platform = maybe(DictField)
    counted_at = maybe(DateTimeField)
    scores = Score(many=True)
    rules = RuleOfOwner(many=True)
    text = CharField(help_text="To be sent to the owner.")


class Place(Serializer):
    id = CharField()
    owner = CharField()
    name = CharField()
    city = CharField()
    lat = FloatField()
    lon = FloatField()
    state = CharField()
    letter = CharField()
    words = CharField()
    available = IntegerField(help_text="EVSEs.")
    evses = IntegerField()
    url = CharField(help_text="Its page.")


class Cluster(Serializer):
    lat = FloatField()
    lon = FloatField()
    number = IntegerField()
    city = CharField(help_text="That one of them is in.")
    states = DictField(child=IntegerField())
    closer = IntegerField(help_text="The zoom to look closer with.")


class Map(Serializer):
    zoom = IntegerField()
    total = IntegerField()
    places = Place(many=True)
    clusters = Cluster(many=True)


class StepOfOnboarding(Serializer):
    key = CharField()
    title = CharField()
    state = CharField()
    at = maybe(DateTimeField)
    turn = CharField()
    says = CharField()
    hint = CharField()
    message = maybe(IntegerField)
    trace = CharField(help_text="A correlation id.")


class Onboarding(Serializer):
    platform = CharField()
    id = IntegerField()
    status = CharField()
    since = DateTimeField()
    now = DateTimeField()
    versions_url = CharField()
    versions_urls_of_2_1_1 = DictField(help_text="By the role of the partner.")
    invitation = maybe(DictField, help_text="When it was given, and when it is over.")
    letter = CharField(help_text="An e-mail text, without the token.")
    turn = DictField(help_text="Whose turn it is, and what is to be done.")
    step = maybe(CharField)
    live = BooleanField()
    steps = StepOfOnboarding(many=True)
    strangers = many(DictField())


class Side(Serializer):
    party = CharField()
    roles = many(CharField())
    platform = CharField()
    status = CharField()


class Cell(Serializer):
    cpo = CharField()
    emsp = CharField()
    relation = CharField()


class Matrix(Serializer):
    module = CharField()
    policy = CharField(help_text="open, or required.")
    cpos = Side(many=True)
    emsps = Side(many=True)
    pages = DictField()
    cells = Cell(many=True)


class Relation(Serializer):
    """How two parties stand in one module."""

    module = CharField()
    relation = CharField()
    may = BooleanField()
    because = CharField()


class Pair(Serializer):
    one = CharField()
    other = CharField()
    known = DictField(child=BooleanField())
    policy = CharField()
    modules = Relation(many=True)
    agreements = Agreement(many=True)
    asked = CharField()
    answer = Relation(allow_null=True)
    refusals = maybe(DictField, help_text="The newest between them; null: not to be seen by you.")
    spoken = DictField(help_text="By party: its platforms, and the version of each.")
    losses = maybe(ListField, help_text="As `conversions` has them; null: not to be seen by you.")


class FoundObjects(Serializer):
    module = CharField()
    objects = ObjectInShort(many=True)
    more = BooleanField()


class NumberOfObjects(Serializer):
    module = CharField()
    objects = IntegerField()
    owners = IntegerField()


class Objects(Serializer):
    found = FoundObjects(many=True)
    modules = NumberOfObjects(many=True)


class Verified(Serializer):
    entries = IntegerField()
    last_seal = CharField()
    broken_at = maybe(IntegerField, help_text="The first entry whose seal does not fit.")
    expected = maybe(BooleanField, help_text="Whether the seal that is expected is there.")
