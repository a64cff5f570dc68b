"""Scripts that call the operator's API, as tests have them: a user, a token, and JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from apps.operators import api_tokens
from apps.operators.models import Scope

NAME = "script"


class Script:
    """What a script may do: ask with its token."""

    def __init__(self, token: str = "", client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=True)
        self.token = token

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The response to a request below /api/."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.generic(
            method,
            f"/api/{path}",
            data=b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            query_params=query,
            headers=headers,
        )

    def get(self, path: str, **query: Any) -> Any:
        """The data of a GET that succeeds."""
        response = self.ask("GET", path, **query)
        assert response.status_code == 200, response.content
        return response.json()

    def do(self, path: str, body: Any = None, method: str = "POST", status: int = 200) -> Any:
        """The data of a request that ends with that status."""
        response = self.ask(method, path, {} if body is None else body)
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    def refused(self, status: int, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The problem document of a request that ends with that status."""
        response = self.ask(method, path, body, **query)
        assert response.status_code == status, response.content
        assert response.headers["Content-Type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        return problem

    def all(self, path: str, **query: Any) -> list[Any]:
        """The items of all pages of a list."""
        found, cursor = [], None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found


def user(*groups: str, name: str = NAME, **fields: Any) -> Any:
    """A user in these groups of the hub."""
    made: Any = get_user_model().objects.create(username=name, is_staff=True, **fields)
    made.groups.set(apps.get_model("auth", "Group")._default_manager.filter(name__in=groups))
    return made


def token(owner: Any, scope: Scope, expires: datetime | None = None) -> str:
    return api_tokens.make(owner, scope.value, scope, expires)[1]


@contextmanager
def of_group(*groups: str, name: str = NAME) -> Iterator[Any]:
    """A user for as long as a test lasts. Tables of Django's own are not emptied between tests, and
    ids of tokens come again, so what was counted of them goes."""
    cache.clear()
    made = user(*groups, name=name)
    try:
        yield made
    finally:
        made.delete()
