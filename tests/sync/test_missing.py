"""What a whole list does not have any more: marked, confirmed, told; and never deleted."""

from apps.store.models import Finding
from apps.sync.models import Missing
from tests.gateway.objects import LATER, location, session, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.sync.pulling import DAY, at, keys, last, missing, pull

HUB = ("NL", "HUB")
OLD = "2026-02-01T10:00:00Z"


def full(day: int) -> None:
    """The full pulls of a day."""
    pull(at(day * 1.2 * DAY))


def gone(platform: Platform, module: str, identifier: str) -> None:
    key = platform.objects.key(module, platform.party, identifier)
    assert platform.objects.remove(module, key)


def test_missing_twice_is_a_finding_and_found_again_clears_it(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put_all("locations", [location(f"L{n}") for n in range(5)])
    pull()
    gone(cpo, "locations", "L3")
    full(1)
    assert set(Missing.objects.values_list("key", "confirmed_at")) == {("L3", None)}
    assert last("locations").missing == 1
    assert missing() == set()
    full(2)
    assert missing() == {"L3"}
    finding = Finding.objects.get(code="missing_from_pull")
    assert (finding.module, finding.owner, finding.severity) == ("locations", "NL/CPO", "warning")
    assert finding.platform == hub.row(cpo).pk
    assert keys("locations") == {f"L{n}" for n in range(5)}  # nothing is deleted
    full(3)
    assert Finding.objects.get(code="missing_from_pull").times == 1
    assert last("locations").missing == 1
    cpo.objects.put("locations", location("L3"))
    full(4)
    assert missing() == set()
    assert not Missing.objects.exists()
    assert last("locations").missing == 0


def test_one_full_pull_alone_is_no_proof(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("tariffs", tariff())
    pull()
    gone(cpo, "tariffs", "T1")
    full(1)
    cpo.objects.put("tariffs", tariff())
    full(2)
    gone(cpo, "tariffs", "T1")
    full(3)
    assert missing() == set()
    assert Missing.objects.count() == 1


def test_a_delta_neither_marks_nor_confirms_but_finds_again(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("tariffs", tariff())
    pull()
    gone(cpo, "tariffs", "T1")
    pull(at(3700))
    assert last("tariffs").kind == "delta"
    assert not Missing.objects.exists()
    full(1)
    full(2)
    assert missing() == {"T1"}
    now = at(2.45 * DAY)()
    cpo.objects.put("tariffs", tariff(last_updated=now.strftime("%Y-%m-%dT%H:%M:%SZ")))
    pull(at(2.46 * DAY))
    assert last("tariffs").kind == "delta"
    assert missing() == set()


def test_a_pull_that_broke_off_proves_nothing(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", page_limit=2)
    cpo.objects.put_all("tariffs", [tariff(f"T{n}") for n in range(5)])
    pull()
    cpo.faults.set("circling_link", module="tariffs")
    full(1)
    full(2)
    assert last("tariffs").state == "failed"
    assert not Missing.objects.exists()


def test_a_list_shorter_than_its_total_proves_nothing(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put_all("tariffs", [tariff(f"T{n}") for n in range(5)])
    pull()
    cpo.objects.clear()
    for day in (1, 2):
        cpo.script.add(
            "tariffs", json={"status_code": 1000, "data": []}, headers=(("X-Total-Count", "5"),)
        )
        full(day)
    assert last("tariffs").state == "done"
    assert "X-Total-Count says 5, and the list ended after 0" in last("tariffs").remarks
    assert not Missing.objects.exists()


def test_private_objects_are_never_missing(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Their lists have a date: what is older is simply not asked for."""
    now = at(0)().strftime("%Y-%m-%dT%H:%M:%SZ")
    cpo.objects.put("sessions", session(last_updated=now))
    pull()
    assert keys("sessions", audience="DE/MSP") == {"S1"}
    cpo.objects.clear()
    full(1)
    full(2)
    assert not Missing.objects.exists()


def test_a_directed_copy_is_not_missed(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """What was pushed to one party need not be in a list for all."""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("DE", "MSP"))
    pull()
    full(1)
    full(2)
    assert keys("tariffs", audience="DE/MSP") == {"T1"}
    assert not Missing.objects.exists()


def test_another_owners_objects_are_not_missed(hub: Hub) -> None:
    """Each party's list speaks for its own objects."""
    two = hub.platform("NL/CPO", "CPO:NL/TWO", name="two parties")
    two.objects.put("tariffs", tariff("T1", "NL/TWO"))
    pull()
    full(1)
    full(2)
    assert last("tariffs", "NL/CPO").kind == "full"
    assert last("tariffs", "NL/CPO").objects_kept == 0
    assert not Missing.objects.exists()


def test_what_is_pushed_meanwhile_is_there(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("tariffs", tariff(last_updated=OLD))
    pull()
    gone(cpo, "tariffs", "T1")
    full(1)
    assert Missing.objects.count() == 1
    # A push comes at the hub's own time, which these pulls are ahead of.
    Missing.objects.update(since=at(-60)())
    newer = tariff(last_updated=LATER)
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=newer, to=HUB)
    assert reply.code == 1000
    full(2)
    assert missing() == set()
    assert Missing.objects.filter(confirmed_at=None).count() == 1  # marked anew


def test_what_its_owner_deleted_is_forgotten(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("tariffs", tariff())
    pull()
    gone(cpo, "tariffs", "T1")
    full(1)
    full(2)
    assert missing() == {"T1"}
    cpo.request("DELETE", "tariffs", RECEIVER, "NL/CPO/T1", to=HUB)
    full(3)
    assert missing() == set()
    assert not Missing.objects.exists()


def test_an_object_that_cannot_be_kept_is_in_the_list_all_the_same(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("locations", location("L1"))
    pull()
    cpo.objects.put("locations", location("L1", evses=[{"uid": "E\x00"}], last_updated=LATER))
    full(1)
    full(2)
    assert last("locations").skipped == 1
    assert not Missing.objects.exists()
