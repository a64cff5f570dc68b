"""The words in which the API is described: what a path does, who may, what it takes and answers.

URLs, checks of input and permissions, the OpenAPI document, the documentation page and the tests
all follow from the table of operations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from rest_framework.serializers import BaseSerializer, Serializer

from apps.operators.models import ApiToken, Scope


@dataclass(frozen=True, slots=True)
class Call:
    """One request, when it is known that it may be made.

    Attributes:
        http: Django's request, with the user.
        actor: who the audit says it was.
        token: the API token, where it is not a session.
        path: the parameters of the path.
        asked: what it takes, checked.
        limit, cursor: which page of a list is asked for.
    """

    http: HttpRequest
    actor: str
    token: ApiToken | None
    path: Mapping[str, Any]
    asked: Mapping[str, Any]
    now: datetime
    limit: int = 0
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next` is the cursor of the one behind it, empty at the end."""

    items: list[Any]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method of one path does.

    Attributes:
        method, path: where; the path as Django writes it, below /api/.
        name: unique, for generated clients.
        group: the heading that it stands under.
        about: what it does, in a sentence.
        needs: permissions, all of them.
        run: does it. May raise Refused, and what apps.console.expected lists.
        answer: the shape of the answer, of each item where it is a list; None: no body.
        takes: the shape of the body.
        at_least: the scope that a token needs besides, for what needs more than permissions say.
        reads: the type of the body; where it is not JSON, `asked` has it as the file `body`.
        query: a form with the parameters of the query.
        paged: whether the answer is a page of a list.
        status: of the answer.
        media: the type of the answer; where it is not JSON, `run` makes the response.
    """

    method: str
    path: str
    name: str
    group: str
    about: str
    needs: tuple[str, ...]
    run: Callable[[Call], Any]
    answer: type[BaseSerializer] | None
    takes: type[Serializer] | None = None
    at_least: Scope | None = None
    reads: str = "application/json"
    query: Callable[[], Mapping[str, forms.Field]] = field(default=dict)
    paged: bool = False
    status: int = 200
    media: str = "application/json"


class Refused(Exception):
    """It cannot be done; the text says why. `field` is what was wrong in the request, where it is a
    mistake of the request; else it is the state of things that forbids it."""

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__(why)
        self.field = field


class NotThere(Exception):
    """There is no such thing; the text says of what kind."""
