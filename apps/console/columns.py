"""How values look on the operator's pages: moments to the millisecond, wire text as it came."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hub.ocpi.datetimes import render

NOTHING = "-"
_MOMENT = re.compile(r"(<a [^>]*>)?\d{4}-\d\d-\d\dT[\d:.]+Z(</a>)?")
LONG = 40  # characters from which a text is a sentence


def shown(moment: datetime | None) -> str:
    """A moment in UTC to the millisecond."""
    return NOTHING if moment is None else render(moment)


def moment(field: str, label: str = "") -> Callable[[Any], str]:
    """A column of a moment; sortable where its list allows sorting."""

    @admin.display(description=label or field.replace("_", " "), ordering=field)
    def column(row: Model) -> str:
        return shown(getattr(row, field))

    return column


def wire(text: str | None, absent: str = "none") -> SafeString:
    """Text of a partner: escaped, and laid out as it came."""
    if not text:
        return format_html('<span class="absent">{}</span>', absent)
    return format_html('<pre class="wire">{}</pre>', text)


def wire_json(text: str | None) -> SafeString:
    """JSON of a partner with a line for each member: other blanks than it came with, and every
    digit, spelling and order as they came."""
    try:
        return wire(msgspec.json.format(text, indent=2) if text else text)
    except msgspec.DecodeError:
        return wire(text)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> SafeString:
    """A small table in a form, or what to say when there are no rows."""
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "{}", ((_cell(cell),) for cell in row)),) for row in rows),
    )
    if not body:
        return format_html('<span class="absent">{}</span>', empty)
    head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in headings))
    return format_html(
        '<div class="facts"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        head,
        body,
    )


def _cell(value: object) -> SafeString:
    """A moment stays in one line; a sentence gets room."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return format_html('<td class="together">{}</td>', value)
    if isinstance(value, str) and not isinstance(value, SafeString) and len(value) > LONG:
        return format_html('<td class="sentence">{}</td>', value)
    return format_html("<td>{}</td>", value)


def outcome(http_status: int | None, code: int | None) -> SafeString:
    """HTTP status and OCPI code of an answer, in a colour."""
    good = (http_status or 500) < 400 and (code or 1000) < 2000
    numbers = " / ".join(NOTHING if n is None else str(n) for n in (http_status, code))
    return format_html('<span class="{}">{}</span>', "good" if good else "bad", numbers)


def to_row(row: Model, text: object = None) -> SafeString:
    """A link to the page of one row."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row if text is None else text)


def to_list(model: type[Model], text: object, **query: object) -> SafeString:
    """A link to a list, narrowed by a query."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', url, urlencode(query), text)


def to_trace(correlation_id: str, text: object) -> SafeString:
    """A link to the page with everything that belongs to a message."""
    url = f"{reverse('console:trace')}?{urlencode({'id': correlation_id})}"
    return format_html('<a href="{}">{}</a>', url, text)
