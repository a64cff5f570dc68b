"""Agreements by page and by command: offered to one or to all, begun, paused, ended, remembered."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError
from django.test import Client

from apps.parties.models import Agreement, AgreementChange
from tests.console.saying import act, command, messages, soon, text_of, words
from tests.hub import Hub
from tests.platforms import SENDER, Platform

LIST = "/admin/parties/agreement/"
NEW = {
    "one": "NL/CPO", "other": "DE/MSP", "modules": ["tariffs"], "state": "offered",
    "starts_at_0": "", "starts_at_1": "", "ends_at_0": "", "ends_at_1": "",
}  # fmt: skip
CPO = ("NL", "CPO")


def code(msp: Platform) -> int | None:
    return msp.request("GET", "tariffs", SENDER, to=CPO).code


def history() -> list[tuple[Any, ...]]:
    rows = AgreementChange.objects.order_by("pk")
    return list(rows.values_list("before", "after", "by", "cause"))


def test_an_offer_to_all_is_recorded_on_the_page(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    assert "every party of the opposite side" in words(operator.get(f"{LIST}add/"))
    response = operator.post(f"{LIST}add/", NEW | {"other": " * "}, follow=True)
    assert response.status_code == 200
    agreement = Agreement.objects.get()
    assert (agreement.one, agreement.other, agreement.is_to_all) == ("NL/CPO", "*", True)
    assert "NL/CPO to all" in words(operator.get(LIST))
    assert soon(lambda: code(msp) == 4003)
    operator.post(f"{LIST}{agreement.pk}/delete/", {"post": "yes"})
    assert soon(lambda: code(msp) == 1000)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"one": "*"}, "Write a country code"),
        ({"one": "*", "other": "*"}, "Write a country code"),
        ({"other": "**"}, "Write a country code"),
        ({"other": "NL/CPO"}, "two different parties"),
        ({"state": "paused"}, "Select a valid choice"),
        (
            {"starts_at_0": "2026-02-01", "starts_at_1": "00:00", "ends_at_0": "2026-01-01",
             "ends_at_1": "00:00"},
            "must end after it starts",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(
    hub: Hub, operator: Client, wrong: dict[str, str], said: str
) -> None:
    assert said in words(operator.post(f"{LIST}add/", NEW | wrong))
    assert not Agreement.objects.exists()


def test_acts_reach_the_gateway_and_are_remembered(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    operator.post(f"{LIST}add/", NEW)
    row = Agreement.objects.get()
    for name, expected, reason in (
        ("activate", 1000, "signed"),
        ("pause", 4003, "unpaid"),
        ("activate", 1000, ""),
        ("end", 4001, "cancelled"),
    ):
        response = act(operator, name, row, reason=reason)
        assert messages(response)[-1].startswith("NL/CPO and DE/MSP is ")
        assert soon(lambda expected=expected: code(msp) == expected)  # type: ignore[misc]
    assert history() == [
        ("", "offered", "superuser", "recorded here"),
        ("offered", "active", "superuser", "signed"),
        ("active", "paused", "superuser", "unpaid"),
        ("paused", "active", "superuser", ""),
        ("active", "ended", "superuser", "cancelled"),
    ]
    page = words(operator.get(f"{LIST}{row.pk}/change/"))
    for text in ("superuser", "unpaid", "cancelled", "ended"):
        assert text in page
    assert "is ended: left as it is" in words(operator.get(f"{LIST}act/activate/?id={row.pk}"))
    assert LogEntry.objects.filter(change_message__contains="Pause: unpaid").exists()


def test_state_and_parties_cannot_be_edited_but_modules_and_dates_can(
    hub: Hub, operator: Client
) -> None:
    operator.post(f"{LIST}add/", NEW)
    row = Agreement.objects.get()
    changed = NEW | {"one": "XX/XXX", "state": "active", "modules": ["tokens"]}
    changed |= {"ends_at_0": "2030-01-01", "ends_at_1": "00:00"}
    operator.post(f"{LIST}{row.pk}/change/", changed)
    row.refresh_from_db()
    assert (row.one, row.state, row.modules) == ("NL/CPO", "offered", ["tokens"])
    assert row.ends_at is not None
    assert len(history()) == 1


def test_who_may_only_look_cannot_act(hub: Hub, viewer: Client) -> None:
    row = Agreement.objects.create(one="NL/CPO", other="DE/MSP", state="active")
    assert viewer.get(f"{LIST}{row.pk}/change/").status_code == 200
    assert act(viewer, "end", row).status_code == 403
    row.refresh_from_db()
    assert row.state == "active"


def test_the_command_offers_lists_and_acts(hub: Hub, cpo: Platform, msp: Platform) -> None:
    assert "No agreement" in text_of("agreements")
    (offered,) = command(
        "agreements", "--offer", "nl/cpo", "DE/MSP", "--modules", "tariffs,tokens",
        "--from", "2026-01-01T00:00:00Z", "--to", "2090-01-01T00:00:00Z", "--reason", "contract 7",
    )["agreements"]  # fmt: skip
    assert offered.items() >= {
        "one": "NL/CPO", "other": "DE/MSP", "modules": ["tariffs", "tokens"], "state": "offered",
        "starts": "2026-01-01T00:00:00.000Z", "ends": "2090-01-01T00:00:00.000Z", "now": "pending",
    }.items()  # fmt: skip
    number = str(offered["id"])
    for word, state, now in (
        ("--activate", "active", "allowed"), ("--pause", "paused", "pending"),
        ("--end", "ended", "hidden"),
    ):  # fmt: skip
        (told,) = command("agreements", word, number)["agreements"]
        assert (told["state"], told["now"]) == (state, now)
    assert [(each["from"], each["to"], each["by"], each["cause"]) for each in told["history"]] == [
        ("paused", "ended", "command line", ""),
        ("active", "paused", "command line", ""),
        ("offered", "active", "command line", ""),
        ("", "offered", "command line", "contract 7"),
    ]
    text = text_of("agreements")
    assert "NL/CPO" in text
    assert "--activate ID" in text
    assert len(command("agreements", "--offer", "NL/CPO", "*")["agreements"]) == 1
    assert len(command("agreements")["agreements"]) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["--activate", "99"], "there is no agreement 99"),
        (["--offer", "*", "NL/CPO"], "the party that offers to all comes first"),
        (["--offer", "NL/CPO", "nobody"], "'NOBODY' is no party such as NL/CPO"),
        (["--offer", "NL/CPO", "DE/MSP", "--modules", "x"], "the hub has no module x"),
        (["--offer", "NL/CPO", "DE/MSP", "--to", "soon"], "'soon' is not an OCPI DateTime"),
    ],
)
def test_a_mistake_is_one_line(hub: Hub, said: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why.replace("*", r"\*")):
        command("agreements", *said)
    assert not Agreement.objects.exists()
