"""The picture of the network: right, whole, and the same in every process within a second."""

import base64
import binascii
import re
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.modules import module_of
from apps.parties import directory, secrets
from apps.parties.models import Agreement, Platform
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface
from hub.routing.agreements import Relation
from hub.routing.network import Status
from tests.hub import Hub
from tests.platforms import SENDER
from tests.platforms import Platform as Sandbox


def test_it_holds_what_the_tables_say(hub: Hub) -> None:
    many = hub.platform("CPO:NL/AAA", "EMSP:NL/AAA", name="many")
    network = directory.snapshot()
    row = hub.row(many)
    platform = network.platforms[row.pk]
    assert (platform.name, platform.status, platform.version) == ("many", "CONNECTED", "2.2.1")
    assert platform.hosts == {"127.0.0.1"}
    assert platform.endpoints["locations", Interface.SENDER] == many.endpoint("locations", SENDER)
    assert len(network.parties[PartyId("NL", "AAA")]) == 2
    assert many.own_token not in repr(network)


def test_every_process_hears_of_a_change_within_a_second(hub: Hub, msp: Sandbox) -> None:
    """Through Redis; the web process under test has its own listener."""
    began = time.monotonic()
    Platform.objects.filter(name=msp.name).update(status=Status.SUSPENDED)
    directory.changed()
    while msp.request("GET", "versions", url=hub.versions_url).status != 403:
        assert time.monotonic() - began < 1.0


def test_a_lost_word_costs_a_second(
    hub: Hub, msp: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every process looks at the version by itself."""
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    began = time.monotonic()
    Platform.objects.filter(name=msp.name).update(status=Status.SUSPENDED)
    directory.changed()
    while msp.request("GET", "versions", url=hub.versions_url).status != 403:
        assert time.monotonic() - began < 3.0


def test_a_change_that_is_rolled_back_is_not_seen(hub: Hub, msp: Sandbox) -> None:
    before = directory.version()
    with pytest.raises(RuntimeError), transaction.atomic():
        directory.changed()
        raise RuntimeError
    assert directory.version() == before


def test_an_older_picture_never_replaces_a_newer(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two loads at once: the slow one began first and must not win."""
    slow_may_go, slow_has_loaded = threading.Event(), threading.Event()
    real = directory.load

    def slow(now):
        loaded = real(now)
        slow_has_loaded.set()
        slow_may_go.wait(5)
        connection.close()
        return loaded

    monkeypatch.setattr(directory, "load", slow)
    thread = threading.Thread(target=directory.refresh)
    thread.start()
    slow_has_loaded.wait(5)
    monkeypatch.setattr(directory, "load", real)
    directory.changed()
    newer = directory.refresh().version
    slow_may_go.set()
    thread.join()
    assert directory.snapshot().version == newer


@pytest.mark.parametrize(
    ("state", "days", "relation"),
    [
        ("active", (None, None), Relation.ALLOWED),
        ("active", (-1, 1), Relation.ALLOWED),
        ("active", (1, 2), Relation.HIDDEN),
        ("active", (-2, -1), Relation.HIDDEN),
        ("offered", (None, None), Relation.PENDING),
        ("paused", (None, None), Relation.PENDING),
        ("ended", (None, None), Relation.HIDDEN),
    ],
)
def test_agreements(
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    days: tuple[int | None, int | None],
    relation: Relation,
) -> None:

    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, agreements="required"))
    starts, ends = (None if d is None else timezone.now() + timedelta(days=d) for d in days)
    Agreement.objects.create(
        one="NL/CPO", other="DE/MSP", state=state, starts_at=starts, ends_at=ends,
        modules=["locations"],
    )  # fmt: skip
    network = directory.load(timezone.now())
    one, other = PartyId("NL", "CPO"), PartyId("DE", "MSP")
    assert network.relation(other, one, module_of("locations")) is relation
    assert network.relation(one, other, module_of("tariffs")) is Relation.HIDDEN


def test_a_sealed_token_opens_only_for_its_row() -> None:

    sealed = secrets.seal("token", "row 1")
    assert secrets.unseal(sealed, "row 1") == "token"
    assert secrets.seal("token", "row 1") != sealed
    with pytest.raises(InvalidTag):
        secrets.unseal(sealed, "row 2")
    with pytest.raises(InvalidTag):
        secrets.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "row 1")


def test_new_tokens_fit_the_alphabet_and_never_read_as_base64() -> None:
    """A-21"""

    for _ in range(50):
        token = secrets.new_token()
        assert re.fullmatch(r"[\x21-\x7e]{1,64}", token)
        with pytest.raises(binascii.Error):
            base64.b64decode(token, validate=True)
