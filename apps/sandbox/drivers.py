"""Tokens as an eMSP would publish them: cards and app users, made up one by one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from hub.ocpi import datetimes

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LANGUAGES = {"NL": "nl", "BE": "nl", "DE": "de", "AT": "de", "CH": "de", "FR": "fr", "ES": "es"}
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def tokens(
    party: tuple[str, str],
    count: int,
    *,
    seed: str = "drivers",
    moment: datetime = EPOCH,
    issuer: str = "Otter Card",
) -> Iterator[dict[str, Any]]:
    """The first `count` Tokens of a party; the first of all is a valid card."""
    return (
        token(party, number, seed=seed, moment=moment, issuer=issuer) for number in range(count)
    )


def token(
    party: tuple[str, str],
    number: int,
    *,
    seed: str = "drivers",
    moment: datetime = EPOCH,
    issuer: str = "Otter Card",
) -> dict[str, Any]:
    """One Token, complete and valid: mostly cards, every fifth the user of an app."""
    dice = Random(f"{seed}/{party}/{number}")  # noqa: S311 - a made-up world, not a secret
    is_card = number % 5 != 4
    contract = f"{party[0]}-{party[1]}-C{number:08d}-{dice.choice(SYMBOLS)}"
    made: dict[str, Any] = {
        "country_code": party[0],
        "party_id": party[1],
        # Seven bytes as they are printed by card readers; the first is the maker's.
        "uid": f"04{dice.getrandbits(48):012X}" if is_card else f"{dice.getrandbits(128):032x}",
        "type": "RFID" if is_card else "APP_USER",
        "contract_id": contract,
        "issuer": issuer,
        "valid": number == 0 or dice.random() > 0.04,
        # spec: mod_tokens_whitelisttype_enum; an app asks every time, a card may be cached.
        "whitelist": "ALLOWED" if is_card else "NEVER",
        "language": LANGUAGES.get(party[0], "en"),
        "last_updated": datetimes.render(moment),
    }
    if is_card:
        made["visual_number"] = contract
    if dice.random() < 0.25:
        made["group_id"] = f"FLEET-{dice.randrange(1, 40):04d}"
    if dice.random() < 0.2:
        made["default_profile_type"] = dice.choice(("GREEN", "CHEAP", "FAST", "REGULAR"))
    return made
