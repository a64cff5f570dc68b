"""The sites of one CPO all over one country: more of them where more people live, the same ones
every time.

    sites(("NL", "CPO"), 1000)
"""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from apps.sandbox.network import EPOCH, OPERATORS, locations
from apps.sandbox.places import NL, City

A_THOUSAND = 1000


def _town(name: str, short: str, latitude: float, longitude: float) -> City:
    return City(name, short, NL, latitude, longitude, "Europe/Amsterdam")


# Towns with their middle, and how many of about two hundred sites they get: by their people.
TOWNS = (
    (_town("Amsterdam", "AMS", 52.3730, 4.8924), 19),
    (_town("Rotterdam", "RTM", 51.9225, 4.4792), 14),
    (_town("Den Haag", "HAG", 52.0705, 4.3007), 12),
    (_town("Utrecht", "UTC", 52.0907, 5.1214), 9),
    (_town("Eindhoven", "EIN", 51.4416, 5.4697), 6),
    (_town("Groningen", "GRQ", 53.2194, 6.5665), 6),
    (_town("Tilburg", "TLB", 51.5606, 5.0919), 6),
    (_town("Almere", "AER", 52.3508, 5.2647), 6),
    (_town("Breda", "BRE", 51.5719, 4.7683), 5),
    (_town("Nijmegen", "NIJ", 51.8425, 5.8533), 5),
    (_town("Apeldoorn", "APE", 52.2112, 5.9699), 5),
    (_town("Haarlem", "HAA", 52.3874, 4.6462), 4),
    (_town("Arnhem", "ARN", 51.9851, 5.8987), 4),
    (_town("Enschede", "ENS", 52.2215, 6.8937), 4),
    (_town("Amersfoort", "AMF", 52.1561, 5.3878), 4),
    (_town("Zaandam", "ZAA", 52.4420, 4.8292), 4),
    (_town("'s-Hertogenbosch", "HTB", 51.6978, 5.3037), 4),
    (_town("Zwolle", "ZWO", 52.5168, 6.0830), 4),
    (_town("Leiden", "LEI", 52.1601, 4.4970), 3),
    (_town("Leeuwarden", "LWR", 53.2012, 5.7999), 3),
    (_town("Maastricht", "MST", 50.8514, 5.6910), 3),
    (_town("Ede", "EDE", 52.0402, 5.6649), 3),
    (_town("Dordrecht", "DOR", 51.8133, 4.6901), 3),
    (_town("Alkmaar", "ALK", 52.6324, 4.7534), 3),
    (_town("Emmen", "EMN", 52.7792, 6.9069), 3),
    (_town("Delft", "DFT", 52.0116, 4.3571), 3),
    (_town("Venlo", "VEN", 51.3704, 6.1724), 3),
    (_town("Deventer", "DEV", 52.2661, 6.1552), 3),
    (_town("Helmond", "HMD", 51.4793, 5.6570), 2),
    (_town("Oss", "OSS", 51.7650, 5.5180), 2),
    (_town("Hilversum", "HVS", 52.2292, 5.1669), 2),
    (_town("Heerlen", "HRL", 50.8882, 5.9795), 2),
    (_town("Lelystad", "LEY", 52.5185, 5.4714), 2),
    (_town("Purmerend", "PUR", 52.5050, 4.9592), 2),
    (_town("Roosendaal", "ROO", 51.5308, 4.4653), 2),
    (_town("Hoorn", "HRN", 52.6424, 5.0602), 2),
    (_town("Gouda", "GOU", 52.0115, 4.7104), 2),
    (_town("Almelo", "ALM", 52.3570, 6.6625), 2),
    (_town("Assen", "ASS", 52.9925, 6.5649), 2),
    (_town("Roermond", "ROE", 51.1913, 5.9878), 2),
    (_town("Bergen op Zoom", "BZM", 51.4946, 4.2872), 2),
    (_town("Doetinchem", "DTC", 51.9647, 6.2938), 2),
    (_town("Den Helder", "DHR", 52.9563, 4.7601), 2),
    (_town("Hoogeveen", "HGV", 52.7286, 6.4901), 2),
    (_town("Terneuzen", "TNZ", 51.3355, 3.8278), 2),
    (_town("Middelburg", "MDB", 51.4988, 3.6110), 2),
    (_town("Goes", "GOE", 51.5040, 3.8880), 1),
    (_town("Sneek", "SNK", 53.0323, 5.6589), 1),
)


def _in_turn() -> tuple[City, ...]:
    """Every town as often as it gets a site, shuffled, so that any part is spread like the
    whole."""
    turns = [town for town, share in TOWNS for _ in range(share)]
    Random("sites").shuffle(turns)  # noqa: S311 - a made-up world, not a secret
    return tuple(turns)


IN_TURN = _in_turn()


def sites(
    party: tuple[str, str],
    count: int = A_THOUSAND,
    *,
    moment: datetime = EPOCH,
    operator: str = OPERATORS[0],
) -> Iterator[dict[str, Any]]:
    """The first `count` sites of a party, as Locations; the first is always free to charge at.
    `moment` is when they were updated last."""
    return locations(party, count, seed="sites", moment=moment, operator=operator, cities=IN_TURN)
