"""An operator sees on pages what is pulled, asks for it, and switches it off."""

import pytest
from django.db import connection
from django.test import Client

from apps.parties.models import Platform as Row
from apps.sync.models import Missing, Pull
from hub.routing.network import Status
from tests.console.plans import numbers, scans
from tests.console.saying import messages, words
from tests.console.test_pages import form_of, page_of
from tests.gateway.objects import location
from tests.hub import Hub
from tests.platforms import Platform
from tests.sync.pulling import asked, at, last, pull, source

WANTED = {f"L{n:03}" for n in range(25)}


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    """NL/CPO with 25 locations, three pages of them."""
    made = hub.platform("NL/CPO", page_limit=10)
    made.objects.put_all("locations", [location(each) for each in sorted(WANTED)])
    return made


LISTS, PULLS = "/admin/sync/source/", "/admin/sync/pull/"


def test_pages_show_what_is_pulled_and_how_it_ended(
    hub: Hub, cpo: Platform, operator: Client
) -> None:
    assert "No lists." in words(operator.get(LISTS))
    assert "No pulls." in words(operator.get(PULLS))
    cpo.faults.set("refuse", module="tariffs")
    cpo.objects.put_text("locations", (cpo.party, "BAD"), b'{"id": "<script>", "party_id": 7}')
    pull()
    text = words(operator.get(LISTS))
    assert "locations of NL/CPO NL/CPO done: 26 of 26 objects" in text
    assert "failed: HTTP 200, status_code 2000" in text
    page = words(operator.get(f"{PULLS}{last('locations').pk}/change/"))
    assert "page 3, object 6: field party_id is not a text" in page
    assert last("locations").correlation_id in page
    Missing.objects.create(source=source("locations"), key="L&1", since=at(0)())
    page = words(operator.get(f"{LISTS}{source('locations').pk}/change/"))
    assert "L&amp;1" in page
    assert "Pull everything" in page
    assert "Save" not in page
    platform = operator.get(page_of(hub.row(cpo)))
    assert f"{LISTS}?platform__id__exact={hub.row(cpo).pk}" in platform.content.decode()


def test_a_pull_under_way_shows_how_far_it_is(hub: Hub, cpo: Platform, operator: Client) -> None:
    pull()
    Pull.objects.filter(source__module="locations").update(
        state="open", objects_kept=10, pages=1, seconds=0.5, ended_at=None
    )
    Pull.objects.filter(source__module="tariffs").update(
        state="open", reason="HTTP 429", due_at=at(600)()
    )
    response = operator.get(LISTS)
    assert "page 2: 10 of 25 objects, 20/s" in words(response)
    assert '<progress max="25" value="10"></progress>' in response.content.decode()
    assert "tries again at" in words(response)


def test_an_operator_asks_for_a_pull(hub: Hub, cpo: Platform, operator: Client) -> None:
    pull()
    row = source("locations")
    asking = operator.get(f"{LISTS}act/pull-all/?id={row.pk}")
    assert "nothing is deleted" in words(asking)
    done = operator.post(f"{LISTS}act/pull-all/?id={row.pk}", follow=True)
    assert messages(done) == [
        "full pull of locations of NL/CPO is booked; the worker begins within seconds."
    ]
    cpo.clear()
    pull()
    assert (last("locations").kind, last("locations").cause) == ("full", "operator")
    assert len(asked(cpo, "locations")) == 3
    hub.set_status(cpo, Status.OFFLINE)
    assert "is of a platform that is OFFLINE" in words(
        operator.get(f"{LISTS}act/pull/?id={row.pk}")
    )


def test_a_module_is_switched_off_on_the_platforms_page(
    hub: Hub, cpo: Platform, operator: Client
) -> None:
    pull()
    row: Row = hub.row(cpo)
    form = form_of(row, not_pulled=["tariffs", "cdrs"])
    assert operator.post(page_of(row), form).status_code == 302
    assert hub.row(cpo).not_pulled == ["tariffs", "cdrs"]
    pull()
    text = words(operator.get(LISTS + "?active__exact=0"))
    assert "tariffs of NL/CPO" in text
    assert "switched off, or not offered" in text
    assert "locations of NL/CPO" not in text


def test_who_may_only_look_cannot_pull(hub: Hub, cpo: Platform, viewer: Client) -> None:
    pull()
    row = source("locations")
    assert "Pull now" not in words(viewer.get(f"{LISTS}{row.pk}/change/"))
    assert viewer.post(f"{LISTS}act/pull/?id={row.pk}").status_code == 403
    assert viewer.get(f"{PULLS}{last('locations').pk}/change/").status_code == 200


@pytest.fixture
def long_record(hub: Hub, cpo: Platform) -> None:
    """A month of pulls of a thousand lists, in small."""
    pull()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_pull (source_id, kind, cause, state, correlation_id, next_url,"
            " page_digest, pages, objects_kept, created, changed, skipped, missing, bytes, seconds,"
            " attempts, reason, remarks)"
            " SELECT s.id, 'delta', 'schedule', 'done', 'c-' || n || '-' || s.id, '', '', 1, 0, 0,"
            " 0, 0, 0, 0, 0.1, 0, '', '' FROM generate_series(1, 8000) n, sync_source s"
        )
        cursor.execute("ANALYZE sync_pull")


@pytest.mark.parametrize(
    ("query", "rows"), [("", 100), ("?q=c-200-1", 1), ("?list=1", 100), ("?before=50", 49)]
)
def test_the_record_of_pulls_is_fast(
    query: str, rows: int, long_record: None, operator: Client
) -> None:
    assert len(numbers(f"{PULLS}{query}", operator)) == rows
    assert scans(f"{PULLS}{query}", operator, "sync_pull") == []
