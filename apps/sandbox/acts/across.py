"""Act eight: objects of one version reach platforms of the others, or are withheld."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from apps.sandbox import made_2_1_1, made_2_3_0
from apps.sandbox.acts.saying import Put, exact, lettered, loss, now, untouched
from apps.sandbox.calls import Reply
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, answered, as_seen, expect, heard_by, settled
from hub.ocpi import datetimes
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface
from hub.ocpi.status import Code


async def card(scene: Scene) -> Seen:
    """A driver's card, from 2.2.1 to all: the 2.1.1 CPO knows it by its auth_id."""
    cast = scene.cast
    scene.card = {**scene.card, "last_updated": datetimes.render(now())}
    put = Put("Token", "tokens", scene.card, scene.msp)
    reply = await put.send(scene.everybody)
    answered(reply)
    old, new = await put.heard(cast.old_cpo), await put.heard(cast.new_cpo)
    expect(old.json["auth_id"], scene.card["contract_id"], "auth_id in OCPI 2.1.1")
    expect(new.json, scene.card, "the Token in OCPI 2.3.0")
    gone = sorted(scene.card.keys() - old.json.keys() - {"contract_id"})
    return as_seen(
        reply,
        heard_by(cast.old_cpo, old, scene.hub.party),
        f"contract_id is auth_id {old.json['auth_id']} in 2.1.1; gone there: {', '.join(gone)}",
    )


async def contract(scene: Scene) -> Seen:
    """A token of a type that only 2.3.0 has."""
    cast = scene.cast
    made = made_2_3_0.token(cast.new_msp.party, now())
    put = Put("Token", "tokens", made, cast.new_msp)
    reply = await put.send(scene.everybody)
    answered(reply)
    types = {}
    for hearer in (cast.new_cpo, scene.cpo, cast.old_cpo):
        received = await put.heard(hearer)
        types[hearer.version] = received.json["type"]
    expect(types, {"2.3.0": "EMAID", "2.2.1": "OTHER", "2.1.1": "OTHER"}, "its type by version")
    told = ", ".join(f"{kind} in {version}" for version, kind in types.items())
    return as_seen(reply, heard_by(cast.old_cpo, received, scene.hub.party), f"it is {told}")


async def car_park_to_2_2_1(scene: Scene) -> Seen:
    scene.car_park = made_2_3_0.location(scene.cast.new_cpo.party, now())
    return await _car_park(scene, scene.msp, "$.evses.parking", "$.parking_places")


async def car_park_to_2_1_1(scene: Scene) -> Seen:
    return await _car_park(scene, scene.cast.old_msp, "$.parking_places")


async def _car_park(scene: Scene, hearer: SandboxPlatform, *lost: str) -> Seen:
    """To one older eMSP: without parking, and without the EVSE whose connector it cannot know."""
    put = Put("Location", "locations", scene.car_park, scene.cast.new_cpo)
    return await _direct(put, hearer, _without_parking, lost)


async def _direct(
    put: Put, hearer: SandboxPlatform, fits: Callable[[Any], None], lost: tuple[str, ...]
) -> Seen:
    """A push to one older eMSP, which hears what its version can say; the CPO is told the rest."""
    hearer.received.clear()
    reply = await put.send(hearer.party)
    answered(reply)
    received = await put.heard(hearer)
    fits(received.json)
    return as_seen(reply, heard_by(hearer, received, put.owner.party), loss(reply, *lost))


def _without_parking(content: Any) -> None:
    expect([evse["uid"] for evse in content["evses"]], [made_2_3_0.EVSE], "the EVSEs that are left")
    expect("parking_places" in content, False, "parking places")


def _net(content: Any) -> None:
    price = content["elements"][0]["price_components"][0]["price"]
    expect(exact(price), Decimal("0.5"), "the price without its 21 % tax")


async def car_park_to_all(scene: Scene) -> Seen:
    """The same for everybody: each hears it in its own version, 2.3.0 as it was written."""
    cast = scene.cast
    put = Put("Location", "locations", scene.car_park, cast.new_cpo)
    hearers = (cast.new_msp, scene.msp, cast.old_msp)
    for each in hearers:
        each.received.clear()
    reply = await put.send(scene.everybody)
    answered(reply, (200, 201))
    heard = {each.version: await put.heard(each) for each in hearers}
    untouched(heard["2.3.0"], scene.car_park)
    for version in ("2.2.1", "2.1.1"):
        _without_parking(heard[version].json)
    sizes = ", ".join(f"{len(each.body)} bytes in {name}" for name, each in heard.items())
    return as_seen(
        reply,
        f"one push, three versions: {sizes}",
        "the older ones have no parking, and not the EVSE with the connector MCS",
    )


async def tariff_to_2_2_1(scene: Scene) -> Seen:
    return await _tariff(scene, scene.msp)


async def tariff_to_2_1_1(scene: Scene) -> Seen:
    return await _tariff(scene, scene.cast.old_msp)


async def _tariff(scene: Scene, hearer: SandboxPlatform) -> Seen:
    """Prices with their tax in them are net prices in the older versions."""
    made = made_2_3_0.tariff(scene.cast.new_cpo.party, now())
    put = Put("Tariff", "tariffs", made, scene.cast.new_cpo)
    return await _direct(put, hearer, _net, ("$.elements.price_components.price",))


async def withheld(scene: Scene) -> Seen:
    """A price that says tax is in it but not how much: a net price would be a guess."""
    made = made_2_3_0.untold_tariff(scene.cast.new_cpo.party, now())
    put = Put("Tariff", "tariffs", made, scene.cast.new_cpo)
    reasons = []
    for hearer in (scene.msp, scene.cast.old_msp):
        reply = await put.send(hearer.party)
        answered(reply, (200,), Code.HUB_ERROR)
        reasons.append(f"the hub says why: {reply.message}")
        heard = [each for each in hearer.received if each.tail == put.tail]
        expect(heard, [], f"what {hearer.name} heard of it")
    return as_seen(reply, *reasons)


async def kerbside(scene: Scene) -> Seen:
    """From 2.1.1, which names neither owner nor receiver, to everybody."""
    cast = scene.cast
    moment = now()
    tariff = Put("Tariff", "tariffs", made_2_1_1.tariff(moment), cast.old_cpo)
    place = Put("Location", "locations", made_2_1_1.location(moment), cast.old_cpo)
    answered(await tariff.send(scene.everybody))
    reply = await place.send(scene.everybody)
    answered(reply)
    for hearer in (scene.msp, cast.new_msp):
        await tariff.heard(hearer)
        received = await place.heard(hearer)
        owner = PartyId.of(received.json["country_code"], received.json["party_id"])
        expect(owner, cast.old_cpo.party, "its owner, which the connection tells")
        expect(received.json["time_zone"], "Europe/Brussels", "its time zone, by its country")
        expect(received.json["evses"][0]["connectors"][0]["tariff_ids"], [tariff.content["id"]],
               "its tariff")  # fmt: skip
    return as_seen(
        reply,
        heard_by(cast.new_msp, received, scene.hub.party),
        f"{scene.msp.name} and {cast.new_msp.name} have it with owner, publish and time_zone",
    )


async def listed(scene: Scene) -> Seen:
    """What the hub keeps, in the version of whoever asks."""
    cast, counts, timed = scene.cast, [], list[Reply]()
    places = (cast.new_cpo, made_2_3_0.SITE), (cast.old_cpo, made_2_1_1.SITE)
    wanted = {identifier for _, identifier in places}
    since = min(
        owner.objects.get("locations", owner.party, identifier)["last_updated"]
        for owner, identifier in places
    )
    for asking in (cast.old_msp, scene.msp, cast.new_msp):
        get = partial(asking.request, "GET", "locations", Interface.SENDER)
        reply = await settled(partial(get, query=f"date_from={since}", to=scene.everybody))
        for site in reply.data:
            lettered(asking, "Location", site)
        found = {site["id"] for site in reply.data}
        expect(wanted <= found, True, f"the new places in {found}")
        counts.append(f"{asking.name} gets {len(found)} in {asking.version}")
        timed.append(reply)
    return as_seen(timed[-1], f"{', '.join(counts)}; each by the letter of its version")
