"""Custom modules: described in one file, routed and kept as any other, shown by agreement only."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps import custom, modules
from apps.parties.models import Agreement
from hub.ocpi import Module
from hub.ocpi.registry import Registry
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")


def page_text() -> str:
    """The Python file in docs/adding-a-module.md."""
    page = (Path(__file__).parents[2] / "docs" / "adding-a-module.md").read_text()
    return page.split("```python\n", 1)[1].split("```", 1)[0]


def documented() -> Module:
    """The module of docs/adding-a-module.md, made from the very text of the page."""
    names: dict[str, Any] = {}
    exec(compile(page_text(), "adding-a-module.md", "exec"), names)
    module = names["MODULE"]
    assert isinstance(module, Module)
    return module


@pytest.fixture
def with_reviews(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The registry with the custom module, as if its file had been there at start-up."""
    described = Registry([*modules.registry().values(), documented()])
    monkeypatch.setattr(modules, "_found", described)
    yield


def agree(hub: Hub, *modules: str) -> None:
    Agreement.objects.create(
        one="NL/CPO", other="DE/MSP", state=Agreement.State.ACTIVE, modules=list(modules)
    )
    hub.reload()


def review(**more: Any) -> dict[str, Any]:
    return {"country_code": "NL", "party_id": "CPO", "id": "R1", "stars": 4.50,
            "last_updated": "2026-03-01T10:00:00Z", **more}  # fmt: skip


def listed(hub: Hub, platform: Platform) -> set[str]:
    data = platform.request("GET", "versions", url=f"{hub.url}/ocpi/2.2.1").data
    return {e["identifier"] for e in data["endpoints"]}


def test_a_custom_module_is_shown_by_agreement_only(hub: Hub, with_reviews: None) -> None:
    """A-05"""
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    stranger = hub.platform("FR/MSP")
    assert "nltnm_reviews" not in listed(hub, cpo)
    agree(hub, "nltnm_reviews")
    assert "nltnm_reviews" in listed(hub, cpo)
    assert "nltnm_reviews" in listed(hub, msp)
    assert "nltnm_reviews" not in listed(hub, stranger)


def test_it_is_routed_kept_and_broadcast(hub: Hub, with_reviews: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    hub.platform("FR/MSP")
    agree(hub, "nltnm_reviews")
    for platform, interface in ((cpo, SENDER), (msp, RECEIVER)):
        platform.real.state.offers |= {("nltnm_reviews", interface)}
        platform.rotate()
        platform.clear()
    tail = "NL/CPO/R1"
    push = lambda method, to, **more: cpo.request(  # noqa: E731  # the same push to several
        method, "nltnm_reviews", RECEIVER, tail, json=review(**more), to=to
    )
    assert push("PUT", HUB).status == 201
    assert hub.deliver() == 1
    assert msp.heard(module="nltnm_reviews").json == review()
    assert push("PATCH", MSP, stars=5).code == 1000
    found = msp.request("GET", "nltnm_reviews", SENDER, to=HUB)
    assert found.data == [review()]
    assert msp.request("GET", "nltnm_reviews", SENDER, "R1", to=HUB).data == review()
    assert msp.request("GET", "nltnm_reviews", SENDER, to=CPO).code == 1000
    assert push("DELETE", HUB).code == 1000
    assert msp.request("GET", "nltnm_reviews", SENDER, to=HUB).data == []


def test_without_an_agreement_nobody_is_there(hub: Hub, with_reviews: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    url = f"{hub.url}/ocpi/2.2.1/receiver/nltnm_reviews/NL/CPO/R1"
    reply = cpo.request("PUT", "nltnm_reviews", url=url, json=review(), to=MSP)
    assert reply.code == 4001
    assert cpo.request("PUT", "nltnm_reviews", url=url, json=review(), to=HUB).status == 201
    assert hub.deliver() == 0
    list_url = f"{hub.url}/ocpi/2.2.1/sender/nltnm_reviews"
    assert msp.request("GET", "nltnm_reviews", url=list_url, to=HUB).data == []


def test_a_file_in_apps_custom_is_found_at_start_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nltnm_reviews.py").write_text(page_text())
    monkeypatch.setattr(custom, "__path__", [str(tmp_path)])
    monkeypatch.setattr(modules, "_found", None)
    assert modules.registry()["nltnm_reviews"].custom
    sys.modules.pop("apps.custom.nltnm_reviews")


def test_a_module_named_by_hub_modules_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme_reviews.py").write_text(page_text())
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, modules=("acme_reviews",)))
    monkeypatch.setattr(modules, "_found", None)
    assert "nltnm_reviews" in modules.registry()
    sys.modules.pop("acme_reviews")
