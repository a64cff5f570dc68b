"""Everything the console does, the API can: each page and command has its path, or a reason."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.contrib import admin
from django.core.management import get_commands

from apps.api.table import operations
from apps.console import kept_rows
from apps.console.urls import urlpatterns

DOCS = Path(__file__).parent.parent.parent / "docs" / "api.md"
TITLE = "### Where a page or a command is in the API"
ONLY_HERE = "only here: "
KEPT = "/admin/MODULE/OBJECT/"
# How the table writes the parameters of an address.
WORDS = {
    "platform_id": "ID", "id": "ID", "country": "NL", "party": "CPO", "identifier": "ID",
    "module": "MODULE", "sequence": "ID", "version": "VERSION",
}  # fmt: skip


def told() -> dict[str, str]:
    """The rows of the table in the docs."""
    rows = DOCS.read_text().partition(TITLE)[2].partition("\n## ")[0]
    found = re.findall(r"^\| `([^`]+)` \| (.+) \|$", rows, re.MULTILINE)
    assert len(found) == len(dict(found)), "a page or command that is told twice"
    return dict(found)


def written(path: str) -> str:
    """An address as the table writes it."""
    return re.sub(r"<\w+:(\w+)>", lambda found: WORDS[found[1]], path)


def pages() -> Iterator[str]:
    for pattern in urlpatterns:
        yield f"/admin/{written(str(pattern.pattern))}"
    for model in admin.site._registry:
        meta = model._meta
        own = model not in set(kept_rows.models())
        yield f"/admin/{meta.app_label}/{meta.model_name}/" if own else KEPT


def commands() -> Iterator[str]:
    return (name for name, app in get_commands().items() if app == "apps.console")


def paths() -> set[str]:
    """Every path of the API, and those of kept objects with MODULE for the module."""
    found = {written(each.path) for each in operations()}
    return found | {re.sub(r"^objects/\w+", "objects/MODULE", path) for path in found}


def test_every_page_and_every_command_is_told_and_no_other() -> None:
    assert set(told()) == {*pages(), *commands()}


def test_each_has_paths_that_there_are_or_a_reason() -> None:
    known = paths()
    for name, where in told().items():
        if where.startswith(ONLY_HERE):
            assert len(where.removeprefix(ONLY_HERE).split()) > 5, name
            continue
        named = re.findall(r"`([^`]+)`", where)
        assert named, name
        assert set(named) <= known, (name, set(named) - known)


def test_what_the_api_has_for_people_alone_is_little() -> None:
    """A reason is easily written: a new one is to be noticed."""
    alone = {name for name, where in told().items() if where.startswith(ONLY_HERE)}
    assert alone == {"/admin/second-factor/"}
