"""Act six: the whole network. The hub has pulled it, the eMSP asks for all of it page by page, and
then for what has changed since."""

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from apps.sandbox.calls import Reply
from apps.sandbox.memory import Received
from apps.sandbox.report import Seen
from apps.sandbox.scene import RESULT_SECONDS, Scene, answered, as_seen, expect, routed, settled
from hub.ocpi import datetimes
from hub.ocpi.module import Interface
from hub.ocpi.paging import next_link

PAGE = 100
PULL_SECONDS = 40.0


async def pulled(scene: Scene) -> Seen:
    """By itself, since the moment when the two were connected; here it is waited for."""
    cpo, began = scene.cpo, time.perf_counter()
    reply = await settled(
        lambda: _some(scene, limit=1),
        seconds=PULL_SECONDS,
        fits=lambda reply: _total(reply) >= cpo.objects.count("locations"),
    )
    waited = (time.perf_counter() - began) * 1000
    pages = [
        each
        for each in cpo.received
        if (each.method, each.module, each.from_) == ("GET", "locations", scene.hub.party)
    ]
    took = pages[-1].at - pages[0].at if pages else 0.0
    return Seen(
        f"{len(pages)} pages",
        waited,
        (
            *([_asked(pages[-1])] if pages else []),
            f"{_total(reply)} locations are at the hub; pulled in {took:.1f} s beside the session",
        ),
    )


def _asked(page: Received) -> str:
    return f"heard last: {page}  from {page.from_} to {page.to}"


async def all_locations(scene: Scene) -> Seen:
    """Every page must say the same total, and all pages together must have each location once."""
    msp = scene.msp
    began = time.perf_counter()
    reply = await _some(scene, limit=PAGE)
    total, found, pages = _total(reply), list[dict[str, Any]](), 0
    while True:
        answered(reply)
        expect(_total(reply), total, "X-Total-Count of another page")
        found += reply.data
        pages += 1
        scene.report.progress(len(found), total)
        url = next_link(reply.headers.get("link", ""))
        if not url:
            break
        reply = await msp.request("GET", "locations", url=url, to=scene.everybody)
    elapsed = (time.perf_counter() - began) * 1000
    names = [(site["country_code"], site["party_id"], site["id"]) for site in found]
    expect(len(found), total, "locations on all pages, by X-Total-Count")
    expect(len(set(names)), total, "different ones among them")
    own = sum(name[:2] == scene.cpo.party for name in names)
    expect(own, scene.cpo.objects.count("locations"), f"of them of {scene.cpo.name}")
    msp.objects.put_all("locations", found)
    return Seen(
        f"HTTP 200, OCPI 1000, {pages} pages",
        elapsed,
        (
            f"{len(found)} locations, each once; X-Total-Count: {total} on every page; "
            f"{elapsed / pages:.1f} ms a page",
        ),
    )


async def one_evse_changes(scene: Scene) -> Seen:
    """At a site that was never pushed: everybody knows it from the hub's list."""
    cpo, msp = scene.cpo, scene.msp
    site = cpo.objects.all("locations")[0]
    evse = site["evses"][0]
    scene.changed_since = datetimes.render(datetime.now(UTC))
    status = "CHARGING" if evse["status"] == "AVAILABLE" else "AVAILABLE"
    change = {"status": status, "last_updated": scene.changed_since}
    evse.update(change)
    cpo.objects.put("locations", {**site, "last_updated": scene.changed_since})
    tail = f"{cpo.party[0]}/{cpo.party[1]}/{site['id']}/{evse['uid']}"
    reply = await cpo.request(
        "PATCH", "locations", Interface.RECEIVER, tail, json=change, to=scene.everybody
    )
    answered(reply)
    heard = await msp.heard(
        lambda each: each.tail == tail, method="PATCH", module="locations", within=RESULT_SECONDS
    )
    kept = msp.objects.get("locations", cpo.party, site["id"])
    expect(kept["evses"][0]["status"], status, "the EVSE's status as the eMSP knows it")
    scene.changed = (site["id"], status)
    return as_seen(reply, routed(heard, scene.hub.party, msp.party))


async def what_changed(scene: Scene) -> Seen:
    identifier, status = scene.changed
    since = scene.changed_since
    reply = await _some(scene, limit=PAGE, date_from=since)
    answered(reply)
    expect([site["id"] for site in reply.data], [identifier], f"locations changed since {since}")
    expect(_total(reply), 1, "X-Total-Count")
    expect("link" in reply.headers, False, "a next page")
    (site,) = reply.data
    expect(site["evses"][0]["status"], status, "the EVSE's status at the hub")
    return as_seen(
        reply, f"?date_from={since}: 1 location of {scene.cpo.objects.count('locations')}"
    )


async def _some(scene: Scene, **query: object) -> Reply:
    """Locations of everybody, as the hub keeps them."""
    return await scene.msp.request(
        "GET", "locations", Interface.SENDER, query=urlencode(query), to=scene.everybody
    )


def _total(reply: Reply) -> int:
    return int(reply.headers.get("x-total-count", "-1"))
