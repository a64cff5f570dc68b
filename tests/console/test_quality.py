"""Data quality: pages, JSON, command, and the text to send; from what a task has counted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from apps.store.models import Finding
from apps.summaries import scores
from apps.summaries.walk import walk
from tests.console.saying import command, text_of, words
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import Platform
from tests.store.store import put

PAGE = "/admin/quality/"
OWNER = "/admin/quality/NL/CPO/"


def finding(key: str, code: str, severity: str, owner: str = "NL/CPO", **more: Any) -> Finding:
    now = timezone.now()
    values = {
        "module": "tariffs", "owner": owner, "key": key, "audience": "", "path": f"$.{code}",
        "code": code, "severity": severity, "message": f"{code}: is wrong",
        "first_seen": now, "last_seen": now,
    }  # fmt: skip
    return Finding.objects.create(**{**values, **more})


def count() -> None:
    now = datetime.now(UTC)
    walk(now)
    scores.count(now)


@pytest.fixture
def judged(hub: Hub, cpo: Platform) -> None:
    """Four tariffs of NL/CPO, one with an error and one with a warning, and one of BE/CPO."""
    hub.platform("BE/CPO")
    now = datetime(2030, 5, 20, tzinfo=UTC)
    for number in range(4):
        put("tariffs", tariff(f"T{number}", type="REGULAR"), now)
    put("tariffs", tariff("B1", "BE/CPO"), now, owner="BE/CPO")
    finding("T0", "missing", "error")
    finding("T1", "too_long", "warning")
    finding("B1", "too_long", "warning", "BE/CPO")
    count()


def test_it_shows_scores_and_findings_by_rule_and_owner(judged: None, operator: Client) -> None:
    found = operator.get(PAGE, {"format": "json"}).json()
    assert found["counted_at"].endswith("Z")
    assert [(each["owner"], each["score"]) for each in found["scores"]] == [
        ("BE/CPO", 0.0), ("NL/CPO", 0.5),
    ]  # fmt: skip
    assert found["scores"][1]["platform"]["platform"] == "NL/CPO"
    rules = {each["code"]: each for each in found["rules"]}
    assert [each["code"] for each in found["rules"]] == ["missing", "too_long"]
    assert rules["too_long"]["owners"] == {
        "NL/CPO": {"findings": 1, "objects": 1}, "BE/CPO": {"findings": 1, "objects": 1},
    }  # fmt: skip
    page = operator.get(PAGE).content.decode()
    drill = "/admin/store/finding/?owner=NL%2FCPO&amp;module=tariffs&amp;code=too_long"
    assert drill in page
    listed = operator.get(drill.replace("&amp;", "&")).context["cl"].result_list
    assert [row.key for row in listed] == ["T1"]


@pytest.mark.parametrize(
    ("query", "owners", "codes"),
    [
        ({"owner": "be/cpo"}, ["BE/CPO"], ["too_long"]),
        ({"severity": "error"}, ["BE/CPO", "NL/CPO"], ["missing"]),
        ({"module": "locations"}, [], []),
        ({"owner": "nonsense"}, [], []),
    ],
)
def test_it_is_narrowed(
    query: dict[str, str], owners: list[str], codes: list[str], judged: None, operator: Client
) -> None:
    found = operator.get(PAGE, {**query, "format": "json"}).json()
    assert [each["owner"] for each in found["scores"]] == owners
    assert [each["code"] for each in found["rules"]] == codes


def test_nothing_is_counted_on_the_page(judged: None, operator: Client) -> None:
    finding("T2", "too_long", "warning")
    before = operator.get(PAGE, {"format": "json"}).json()
    assert before["rules"][1]["findings"] == 2
    count()
    after = operator.get(PAGE, {"format": "json"}).json()
    assert after["rules"][1]["findings"] == 3
    assert after["counted_at"] > before["counted_at"]


def test_an_owner_has_examples_fields_and_a_text(judged: None, operator: Client) -> None:
    for number in range(4):
        finding(f"T{number}", "empty", "note")
    count()
    fact = operator.get(OWNER, {"format": "json"}).json()
    examples = {each["code"]: each["examples"] for each in fact["rules"]}
    assert [each["object"] for each in examples["empty"]] == ["T3", "T2", "T1"]
    assert fact["scores"][0]["fields"][0] == {
        "field": "tariff_alt_text", "for": "the price in words", "given": 0, "of": 4,
    }  # fmt: skip
    text = operator.get(OWNER, {"format": "text"})
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    said = text.content.decode()
    assert said == fact["text"]
    for line in (
        "tariffs: 4 objects, score 50.0 % (correct 50.0 %, complete 50.0 %)",
        "1. missing (error) in tariffs: 1 finding on 1 object",
        "   What to do: Send the field: the specification requires it.",
        "   - T0, $.missing: missing: is wrong",
        "- tariffs: tariff_alt_text (the price in words): 0 of 4 objects",
    ):
        assert line in said.splitlines()
    page = operator.get(OWNER)
    assert "A text to send to NL/CPO" in words(page)
    assert "BE/CPO" not in said


def test_what_a_partner_wrote_is_escaped(judged: None, operator: Client) -> None:
    finding("<script>alert(1)</script>", "bad_format", "warning", path="</textarea><script>")
    count()
    for url in (PAGE, OWNER):
        assert "<script>alert" not in operator.get(url).content.decode()
    assert "</textarea><script>" not in operator.get(OWNER).content.decode()


def test_an_owner_without_anything_and_what_is_no_owner(hub: Hub, operator: Client) -> None:
    assert "keeps nothing of FR/XXX" in words(operator.get("/admin/quality/fr/xxx/"))
    assert operator.get("/admin/quality/NL/TOOLONG/").status_code == 404
    assert "Nothing counted yet" in words(operator.get(PAGE))


def test_only_who_may_see_findings_sees_it(judged: None) -> None:
    user = User.objects.create(username="other", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_platform"))
    client = Client()
    client.force_login(user)
    for url in (PAGE, OWNER, f"{OWNER}?format=json", f"{OWNER}?format=text"):
        assert client.get(url).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_finding"))
    client.force_login(User.objects.get(pk=user.pk))
    for url in (PAGE, OWNER):
        assert client.get(url).status_code == 200
    user.delete()


def test_the_command_says_the_same(judged: None) -> None:
    found = command("quality")
    assert [each["owner"] for each in found["scores"]] == ["BE/CPO", "NL/CPO"]
    assert "too_long" in text_of("quality")
    text = text_of("quality", "NL/CPO", "--text")
    assert "1. missing (error) in tariffs: 1 finding on 1 object" in text.splitlines()
    assert command("quality", "NL/CPO", "--text")["text"].strip() == text.strip()
    with pytest.raises(CommandError, match="say whom the text is for"):
        text_of("quality", "--text")
    put("tariffs", tariff("T9"), datetime(2030, 5, 21, tzinfo=UTC))
    assert command("quality", "NL/CPO", "--count")["scores"][0]["objects"] == 5


def test_an_empty_hub_says_how_to_count(hub: Hub) -> None:
    assert "--count does now" in text_of("quality")
