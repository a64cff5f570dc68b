"""The shapes of answers about versions of OCPI: what is lost between them, objects in each."""

from drf_spectacular.utils import inline_serializer
from rest_framework.serializers import CharField, Serializer

from apps.api.shapes import ObjectInShort, maybe


class Note(Serializer):
    """A loss or an assumption between two versions."""

    path = CharField()
    what = CharField(help_text="lost, changed or assumed.")
    why = CharField()
    version = CharField(help_text="Whose names the path has.")


class Withheld(Serializer):
    verdict = CharField()
    means = CharField()
    path = CharField()
    why = CharField()
    version = CharField()


class InVersion(Serializer):
    version = CharField()
    written_in = CharField()
    text = maybe(CharField, help_text="JSON text; null where it is withheld.")
    notes = Note(many=True)
    refusal = Withheld(allow_null=True)


ObjectInVersion = inline_serializer(
    "ObjectInVersion", {**ObjectInShort().get_fields(), "in": InVersion()}
).__class__
