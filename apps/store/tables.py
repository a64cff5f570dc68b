"""Which table keeps the objects of a module, and how its SQL is spelled."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from apps.store.models import CustomObject
from apps.store.objects import StoredObject
from hub.ocpi.ids import fold
from hub.ocpi.module import Module


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one module.

    Attributes:
        name: the SQL name.
        module: value of the `module` column where several modules share the table, else empty.
        parts: SQL name of the table that keeps the first level of nested objects, else empty.
        member: the list member that those nested objects stand in.
        part_id: the field that holds the id of such an object.
        second_id: another field by which an object may be named.
        validity: whether its rows say from when to when they are valid.
    """

    name: str
    module: str = ""
    parts: str = ""
    member: str = ""
    part_id: str = ""
    second_id: str = ""
    validity: bool = False

    @property
    def keyed(self) -> str:
        """A condition on alias `t` that holds for the object which is named by %(key)s."""
        if not self.second_id:
            return "t.key = %(key)s"
        return f"(t.key = %(key)s OR {named('t.payload', self.second_id)} = %(key)s)"

    @property
    def where(self) -> str:
        """A condition on alias `t` that holds for rows of this module."""
        return "t.module = %(module)s" if self.module else "TRUE"

    @property
    def own_updated(self) -> str:
        """The column of the object's own last_updated, which its parts do not raise."""
        return "own_updated" if self.parts else "last_updated"

    @property
    def document(self) -> str:
        """SQL of a whole object as text; one with parts is put together."""
        if not self.parts:
            return "t.payload::text"
        parts = (
            f"SELECT string_agg(p.payload::text, ',' ORDER BY p.id) FROM {self.parts} p "
            "WHERE p.location_id = t.sequence HAVING count(*) > 0"
        )
        head = "rtrim(left(rtrim(t.payload::text), -1))"  # all but the closing brace
        return f"coalesce({head} || ',\"{self.member}\":[' || ({parts}) || ']}}', t.payload::text)"


def named(payload: str, field: str) -> str:
    """SQL of an id in a kept object, folded; none for an object that holds the one character which
    PostgreSQL has not. Migrations make indexes of it: it must stay as it is."""
    return (
        rf"(CASE WHEN strpos({payload}::text, '\u0000') = 0 THEN upper({payload}->>'{field}') END)"
    )


@cache
def table(module: Module) -> Table:
    """The table of a module: its own model's, or the shared one of custom modules."""
    for model in _models():
        if model.module_id == module.id:
            parts = model._meta.related_objects
            return Table(
                model._meta.db_table,
                parts=str(parts[0].related_model._meta.db_table) if parts else "",
                member=module.parts[0].member if parts else "",
                part_id=module.parts[0].id_field if parts else "",
                second_id=module.second_id,
                validity=any(each.name == "valid_from" for each in model._meta.get_fields()),
            )
    return Table(CustomObject._meta.db_table, module=module.id, second_id=module.second_id)


def _models() -> Iterator[type[StoredObject]]:
    """Every model of kept objects, as they are defined."""
    waiting = StoredObject.__subclasses__()
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        yield model


def object_key(module: Module, identifier: str, qualifier: str = "") -> str:
    """The folded key of an object; a two-part key is joined by a character no CiString holds."""
    if module.qualifier is None:
        return fold(identifier)
    return f"{fold(identifier)}\t{fold(qualifier or module.qualifier[1])}"
