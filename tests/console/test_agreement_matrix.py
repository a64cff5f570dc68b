"""The matrix of agreements and the page of two parties say what routing decides, and change it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.audit.models import Entry
from apps.hubclientinfo import agreements
from apps.parties import directory
from apps.parties.models import Agreement, CredentialsRole
from apps.parties.models import Platform as Row
from hub.routing.agreements import Act
from tests.console.saying import messages, soon, words
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

MATRIX, PAIR = "/admin/agreements/matrix/", "/admin/agreements/pair/"
TWO = {"one": "NL/CPO", "other": "DE/MSP"}
MSP = ("DE", "MSP")


def recorded(state: str = "active", **more: Any) -> Agreement:
    row = Agreement(**{"one": "NL/CPO", "other": "DE/MSP", "state": state, **more})
    agreements.record(row, "test", "", timezone.now())
    return row


def relation(browser: Client, **query: str) -> str:
    cells = browser.get(MATRIX, {**query, "format": "json"}).json()["cells"]
    return str(next(c["relation"] for c in cells if (c["cpo"], c["emsp"]) == ("NL/CPO", "DE/MSP")))


def push(cpo: Platform) -> Any:
    return cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)


@pytest.mark.parametrize(
    ("rows", "module", "word"),
    [
        ([], "", "open"),
        ([{"state": "active"}], "", "active"),
        ([{"state": "offered"}], "", "offered"),
        ([{"state": "active", "modules": ["tariffs"]}], "tariffs", "active"),
        ([{"state": "active", "modules": ["tariffs"]}], "", "mixed"),
        ([{"state": "active", "modules": ["tariffs"]}], "locations", "open"),
        ([{"state": "offered", "other": "*"}], "", "offered"),
        ([{"state": "offered", "other": "*"}, {"state": "active"}], "", "active"),
    ],
)
def test_a_cell_says_how_two_stand(
    rows: list[dict[str, Any]], module: str, word: str,
    hub: Hub, cpo: Platform, msp: Platform, viewer: Client,
) -> None:  # fmt: skip
    for row in rows:
        recorded(**row)
    assert relation(viewer, module=module) == word


@pytest.mark.parametrize(("act", "word"), [(Act.PAUSE, "paused"), (Act.END, "ended")])
def test_what_is_done_to_an_agreement_is_seen_at_once(
    act: Act, word: str, hub: Hub, cpo: Platform, msp: Platform, viewer: Client
) -> None:
    row = recorded()
    agreements.change(row.pk, act, "test", "", timezone.now())
    assert relation(viewer) == word


def test_the_page_has_a_letter_that_leads_to_the_pair(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    recorded("offered")
    page = operator.get(MATRIX).content.decode()
    link = "/admin/agreements/pair/?one=NL/CPO&amp;other=DE/MSP"
    assert f'<td class="cell is-offered"><a href="{link}"' in page
    assert 'aria-label="NL/CPO and DE/MSP: offered"' in page
    assert "What decides, module by module" in words(operator.get(PAIR, TWO))


def test_an_empty_matrix_says_what_it_takes(hub: Hub, operator: Client) -> None:
    assert "There is no pair yet" in words(operator.get(MATRIX))


def test_offer_and_activate_on_the_page_of_the_pair(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    url = f"{PAIR}?one=nl/cpo&other=de/msp"
    form = {"modules": ["tariffs"], "state": "offered", "reason": "they asked for it"}
    response = operator.post(url, form, follow=True)
    assert messages(response) == ["NL/CPO and DE/MSP is offered."]
    row = Agreement.objects.get()
    assert (row.modules, row.changes.get().cause) == (["tariffs"], "they asked for it")
    entry = Entry.objects.get(act="Add")
    assert (entry.subject, entry.reason) == ("NL/CPO and DE/MSP", "they asked for it")
    assert soon(lambda: push(cpo).code == 4003)
    (activate,) = [b for b in response.context["agreements"][0]["buttons"] if b[0] == "Activate"]
    operator.post(activate[1], {"reason": "signed"})
    assert soon(lambda: push(cpo).code == 1000)
    told = operator.get(PAIR, {**TWO, "format": "json"}).json()
    assert [h["cause"] for h in told["agreements"][0]["history"]] == ["signed", "they asked for it"]


def test_why_something_was_refused_is_told(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    row = recorded(modules=["tariffs"])
    assert soon(lambda: push(cpo).code == 1000)
    agreements.change(row.pk, Act.PAUSE, "test", "unpaid", timezone.now())
    assert soon(lambda: push(cpo).code == 4003)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    hub.flush()
    asked = {**TWO, "module": "tariffs"}
    told = operator.get(PAIR, {**asked, "format": "json"}).json()
    assert told["answer"] == {
        "module": "tariffs", "relation": "paused", "may": False,
        "because": "the agreement of DE/MSP and NL/CPO for tariffs is paused",
    }  # fmt: skip
    assert {r["code"] for r in told["refusals"]["rows"]} == {4003}
    assert "is paused" in told["refusals"]["rows"][0]["reason"]
    page = words(operator.get(PAIR, asked))
    assert "Now they may not exchange tariffs: the agreement of DE/MSP and NL/CPO" in page
    assert operator.get(PAIR, {**TWO, "module": "locations", "format": "json"}).json()[
        "refusals"
    ] == {"rows": [], "looked_to": None}


@pytest.mark.parametrize("other", ["", "nonsense", "NL/CPO", "*"])
def test_what_are_not_two_parties_is_not_found(other: str, hub: Hub, operator: Client) -> None:
    assert operator.get(PAIR, {"one": "NL/CPO", "other": other}).status_code == 404


def test_a_viewer_looks_and_does_nothing(
    hub: Hub, cpo: Platform, msp: Platform, viewer: Client
) -> None:
    recorded("offered")
    response = viewer.get(PAIR, TWO)
    assert response.context["form"] is None
    assert response.context["agreements"][0]["buttons"] == []
    assert viewer.post(f"{PAIR}?one=NL/CPO&other=DE/MSP", {"state": "active"}).status_code == 403
    assert Agreement.objects.count() == 1


def test_it_is_paged_and_narrowed(hub: Hub, viewer: Client) -> None:
    for start, role in ((0, "CPO"), (100, "EMSP")):
        rows = [Row(name=f"{role} {n}") for n in range(start, start + 45)]
        Row.objects.bulk_create(rows)
        CredentialsRole.objects.bulk_create(
            CredentialsRole(platform=row, role=role, party=f"NL/{start + n:03d}",
                            country_code="NL", party_id=f"{start + n:03d}")
            for n, row in enumerate(rows)
        )  # fmt: skip
    directory.changed()

    def told(**query: Any) -> Any:
        return viewer.get(MATRIX, {**query, "format": "json"}).json()

    first = told()
    assert (len(first["cpos"]), len(first["emsps"]), len(first["cells"])) == (40, 40, 1600)
    assert first["pages"]["down"] == {"at": 1, "of": 2, "parties": 45}
    last = told(down=2, across=2)
    assert [s["party"] for s in last["cpos"]] == [f"NL/{n:03d}" for n in range(40, 45)]
    assert len(last["cells"]) == 25
    narrowed = told(cpo="cpo 7", emsp="NL/144")
    assert [s["party"] for s in narrowed["cpos"]] == ["NL/007"]
    assert [s["party"] for s in narrowed["emsps"]] == ["NL/144"]
    page = viewer.get(MATRIX, {"down": 2})
    assert "CPOs: page 2 of 2, 45 parties." in words(page)
    assert "Nothing fits." in words(viewer.get(MATRIX, {"cpo": "nobody"}))
