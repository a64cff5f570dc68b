"""Registrations as rows: a handshake that worked is written in one transaction or not at all."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.credentials.errors import Quarantined, not_for_registered
from apps.credentials.peer import Peer
from apps.hubclientinfo.settle import introduce
from apps.modules import registry
from apps.outbox.by_hand import go_on
from apps.parties import directory, tokens
from apps.parties.models import CredentialsRole, Endpoint, PartyClaim, Platform
from apps.parties.platforms import set_status
from hub.ocpi.credentials import Credentials, PartyRole
from hub.ocpi.headers import TokenForm
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.ocpi.status import invalid
from hub.policy.liveness import Event
from hub.routing.network import TokenKind


def claim_parties(platform_id: int, roles: Iterable[PartyRole]) -> None:
    """Checks that every party is free or this platform's own.

    Raises OcpiError 2001 for the hub's own party, Quarantined when another platform holds one, in
    whatever role (D-21); the claim is recorded then, for an operator to decide.
    """
    contested = []
    hub = PartyId.of(*settings.HUB.party)
    for wanted in roles:
        if wanted.party == hub:
            raise invalid(f"roles: {hub} is the hub itself.")
        holder = _holder(platform_id, wanted)
        if holder is not None:
            PartyClaim.objects.get_or_create(
                platform_id=platform_id,
                role=wanted.role,
                party=str(wanted.party),
                decision=PartyClaim.Decision.OPEN,
                defaults={"held_by_id": holder.platform_id},
            )
            contested.append(f"{wanted.party} as {holder.role}")
    if contested:
        raise Quarantined(contested)


def _holder(platform_id: int, wanted: PartyRole) -> CredentialsRole | None:
    """Who has a party that a platform wants: in the same role, or in another one where no operator
    has granted it to both."""
    others = CredentialsRole.objects.filter(party=str(wanted.party)).exclude(
        platform_id=platform_id
    )
    in_same_role = others.filter(role=wanted.role).first()
    own = CredentialsRole.objects.filter(platform_id=platform_id, party=str(wanted.party))
    if in_same_role is not None or own.filter(role=wanted.role).exists():
        return in_same_role
    granted = PartyClaim.objects.filter(
        platform_id=platform_id,
        role=wanted.role,
        party=str(wanted.party),
        decision=PartyClaim.Decision.GRANTED,
    )
    return None if granted.exists() else others.first()


def decide_claim(claim: PartyClaim, decision: PartyClaim.Decision, now: datetime) -> bool:
    """An operator's decision. After granting the claimant's next request succeeds: the party is
    taken from its holder, unless that has it in another role. Returns False when the claim was
    decided before."""
    with transaction.atomic():
        rows = PartyClaim.objects.filter(pk=claim.pk, decision=PartyClaim.Decision.OPEN)
        if rows.update(decision=decision, decided_at=now) == 0:
            return False
        if decision == PartyClaim.Decision.GRANTED:
            CredentialsRole.objects.filter(
                platform=claim.held_by, role=claim.role, party=claim.party
            ).delete()
            directory.changed()
    return True


def registered(
    platform_id: int, credentials: Credentials, peer: Peer, form: TokenForm, now: datetime
) -> str:
    """Writes a first registration and returns the token issued for the platform.

    The invitation ends here; of two requests with one invitation the second gets 405.
    """
    with transaction.atomic():
        platform = _locked(platform_id)
        if not platform.tokens.filter(kind=TokenKind.INVITATION).delete()[0]:
            raise not_for_registered("POST")
        claim_parties(platform_id, credentials.roles)
        platform.tokens.all().delete()
        issued = tokens.issue(platform, TokenKind.ISSUED)
        tokens.issue(platform, TokenKind.THEIRS, token=credentials.token)
        _connect(platform, credentials, peer, form, now, "registered")
    return issued


def connected(
    platform_id: int, credentials: Credentials, peer: Peer, now: datetime, cause: str
) -> None:
    """Writes a handshake that the hub began: the peer's answer has its token for the hub."""
    with transaction.atomic():
        platform = _locked(platform_id)
        claim_parties(platform_id, credentials.roles)
        tokens.retire(platform, TokenKind.THEIRS, grace_end(now))
        tokens.issue(platform, TokenKind.THEIRS, token=credentials.token)
        _connect(platform, credentials, peer, peer.form, now, cause)


def updated(
    platform_id: int, credentials: Credentials, peer: Peer, form: TokenForm, now: datetime
) -> str:
    """Writes a PUT: new tokens both ways; the former ones stay valid until the new one is used or
    the grace ends (D-19)."""
    with transaction.atomic():
        platform = _locked(platform_id)
        claim_parties(platform_id, credentials.roles)
        tokens.retire(platform, TokenKind.ISSUED, grace_end(now))
        tokens.retire(platform, TokenKind.THEIRS, grace_end(now))
        issued = tokens.issue(platform, TokenKind.ISSUED)
        tokens.issue(platform, TokenKind.THEIRS, token=credentials.token)
        _connect(platform, credentials, peer, form, now, "credentials updated")
    return issued


def fetched(platform_id: int, peer: Peer, now: datetime) -> None:
    """Writes versions and endpoints that were fetched again, and nothing else."""
    with transaction.atomic():
        platform = _locked(platform_id)
        roles = frozenset(Role(role.role) for role in platform.roles.all())
        _replace_endpoints(platform, peer, roles)
        offers(platform_id, peer.offered, now)
        directory.changed()


def offers(platform_id: int, offered: Iterable[str], now: datetime) -> None:
    """Writes which versions a platform offers, as its versions endpoint said just now."""
    Platform.objects.filter(pk=platform_id).update(
        versions_offered=list(offered), versions_read_at=now
    )


def unregistered(platform_id: int, cause: str, now: datetime) -> None:
    """Writes a DELETE, theirs or ours: no token is good any more. The parties stay known, as
    OFFLINE (D-33)."""
    with transaction.atomic():
        platform = _locked(platform_id)
        tokens.end_all(platform)
        platform.endpoints.filter(override="").delete()
        Platform.objects.filter(pk=platform_id).update(version="")
        set_status(platform_id, Event.UNREGISTERED, cause, now)
        directory.changed()


def _connect(
    platform: Platform,
    credentials: Credentials,
    peer: Peer,
    form: TokenForm,
    now: datetime,
    cause: str,
) -> None:
    Platform.objects.filter(pk=platform.pk).update(
        version=peer.version,
        versions_url=credentials.url,
        token_form=form,
        last_seen=now,
    )
    offers(platform.pk, peer.offered, now)
    keys = {(role.role, str(role.party)) for role in credentials.roles}
    for row in platform.roles.all():
        if (row.role, row.party) not in keys:
            row.delete()
    for role in credentials.roles:
        platform.roles.update_or_create(
            role=role.role,
            party=str(role.party),
            defaults={
                "country_code": role.country_code,
                "party_id": role.party_id,
                "business_details": dict(role.business_details),
            },
        )
    _replace_endpoints(platform, peer, frozenset(role.role for role in credentials.roles))
    go_on(platform.pk)
    set_status(platform.pk, Event.REGISTERED, cause, now)
    directory.changed()
    introduce(platform.pk, now)


def _locked(platform_id: int) -> Platform:
    """A platform's row, held to the end of the transaction; others may go on referring to it."""
    return Platform.objects.select_for_update(no_key=True).get(pk=platform_id)


def _replace_endpoints(platform: Platform, peer: Peer, roles: frozenset[Role]) -> None:
    """The listed endpoints; an operator's overrides stay."""
    platform.endpoints.filter(override="").delete()
    platform.endpoints.update(url="")
    urls: dict[tuple[str, Interface], str] = {}  # of what is listed twice the last counts
    for listed in peer.endpoints:
        module = registry().identifiers.get(listed.module, listed.module)
        urls |= dict.fromkeys(
            ((module, interface) for interface in _interfaces(listed.role, module, roles)),
            listed.url,
        )
    Endpoint.objects.bulk_create(
        (
            Endpoint(platform=platform, module=module, interface=interface, url=url)
            for (module, interface), url in urls.items()
        ),
        update_conflicts=True,
        unique_fields=["platform", "module", "interface"],
        update_fields=["url"],
    )


def _interfaces(listed: str, identifier: str, roles: frozenset[Role]) -> Iterable[Interface]:
    """The interface an endpoint is for; where the peer left it out, as it does in 2.1.1, those that
    its roles run."""
    if listed in Interface.__members__:
        return (Interface(listed),)
    modules = [module for module in registry().values() if module.identifier == identifier]
    if not modules:
        return (Interface.SENDER,)
    return tuple(i for i in Interface if any(module.roles(i) & roles for module in modules))


def grace_end(now: datetime) -> datetime:
    """Until when a replaced token is good if the new one is not used."""
    return now + timedelta(seconds=settings.HUB.token_grace_seconds)
