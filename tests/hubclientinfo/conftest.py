"""A hub in which parties need agreements."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings


@pytest.fixture
def required(hub: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hub in which parties need agreements, that has compared everything once."""
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, agreements="required"))
    hub.reload()
    yield
    monkeypatch.undo()
    hub.reload()
