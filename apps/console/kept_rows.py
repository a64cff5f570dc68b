"""Rows of kept objects as the operator's pages name them: their module, id, and place."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.modules import registry
from apps.store.change import object_name
from apps.store.models import CustomObject
from apps.store.objects import StoredObject
from apps.store.tables import Table, table
from hub.ocpi.ids import fold
from hub.ocpi.module import Module
from hub.ocpi.schema import SCHEMAS

TABLES = SCHEMAS["2.2.1"]


def models() -> Iterator[type[StoredObject]]:
    """Every table of kept objects."""
    for model in apps.get_models():
        if issubclass(model, StoredObject):
            yield model


def model_of(module: str) -> type[StoredObject]:
    """The table that the objects of a module are in."""
    named = {model.module_id: model for model in models() if model.module_id}
    return named.get(module, CustomObject)


def module_id(row: StoredObject) -> str:
    return row.module if isinstance(row, CustomObject) else row.module_id


def custom_modules() -> list[str]:
    """The modules that share a table."""
    return sorted(m.id for m in registry().values() if m.keeps and model_of(m.id) is CustomObject)


def name(row: StoredObject) -> str:
    """How log and deliveries name it."""
    return object_name(module_id(row), row.owner, row.key)


def shown_key(key: str) -> str:
    """A key as people read it: where it has two parts, the second in parentheses."""
    identifier, _, qualifier = key.partition("\t")
    return f"{identifier} ({qualifier})" if qualifier else identifier


def keys(model: type[StoredObject], identifier: str) -> list[str]:
    """The keys that an object with this id may have."""
    module = registry().get(model.module_id)
    if module is None or module.qualifier is None:
        return [fold(identifier)]
    return [f"{fold(identifier)}\t{fold(value)}" for value in _qualifiers(module)]


def _qualifiers(module: Module) -> tuple[str, ...]:
    """What the second part of a key may be, as the table of the object's class has it."""
    assert module.qualifier is not None
    field, default = module.qualifier
    enum = TABLES.enums.get(str(TABLES.tables[module.object].fields[field].type))
    return tuple(enum.values) if enum is not None else (default,)


def document(row: StoredObject) -> str:
    """The whole object as text: parts that have a table of their own are put in again."""
    module = registry().get(module_id(row))
    if module is None:  # a custom module that was taken away
        return row.payload
    with connection.cursor() as cursor:
        cursor.execute(_whole(table(module)), [row.pk])
        (text,) = cursor.fetchone()
    return str(text)


def _whole(place: Table) -> str:
    return f"SELECT {place.document} FROM {place.name} t WHERE t.sequence = %s"  # noqa: S608  # our own names


def to_copy(module: str, owner: str, key: str, audience: str) -> SafeString:
    """A link to the page of a kept copy, found when it is followed."""
    named = {"module": module, "owner": owner, "key": key, "audience": audience}
    return _link(key, named)


def to_named(named: str) -> SafeString:
    """A link to the page of an object as log and deliveries name it, its public copy first."""
    module, owner, key = named.split(" ", 2)
    return _link(key, {"module": module, "owner": owner, "key": key})


def _link(key: str, query: dict[str, str]) -> SafeString:
    url = f"{reverse('admin:store_finding_object')}?{urlencode(query)}"
    return format_html('<a href="{}">{}</a>', url, shown_key(key))
