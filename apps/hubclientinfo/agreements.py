"""The one place where agreements are recorded, changed and removed: everybody concerned is told in
the same transaction, so that news is booked before anything that is pushed because of it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.hubclientinfo import present
from apps.hubclientinfo.settle import settle
from apps.modules import registry
from apps.parties import directory
from apps.parties.models import Agreement, AgreementChange, CredentialsRole
from hub.ocpi.datetimes import render
from hub.routing.agreements import LEADS, Act, State, flaw

ACTIVE_ONCE = "its end, {}, has passed; set a later one first"


class NotPossible(ValueError):
    """An agreement cannot be so, or that cannot be done to it; the text says why."""


@transaction.atomic
def record(agreement: Agreement, by: str, cause: str, now: datetime) -> None:
    """Records a new agreement. Raises NotPossible."""
    unknown = sorted(set(agreement.modules) - set(registry()))
    if unknown:
        raise NotPossible(f"the hub has no module {', '.join(unknown)}")
    _check(agreement)
    agreement.save()
    _note(agreement, "", by, cause, now)
    _tell(agreement, now)


@transaction.atomic
def revise(agreement: Agreement, now: datetime) -> None:
    """Saves other modules or dates of an agreement. Raises NotPossible."""
    _check(agreement)
    agreement.save(update_fields=["modules", "starts_at", "ends_at"])
    _tell(agreement, now)


@transaction.atomic
def change(agreement_id: int, act: Act, by: str, cause: str, now: datetime) -> Agreement:
    """Changes the state of an agreement; returns it. Raises NotPossible."""
    row = Agreement.objects.select_for_update(no_key=True).filter(pk=agreement_id).first()
    if row is None:
        raise NotPossible(f"there is no agreement {agreement_id}")
    wrong = why_not(row, act, now)
    if wrong:
        raise NotPossible(f"{row}: {wrong}")
    before, row.state = row.state, LEADS[act][State(row.state)]
    row.save(update_fields=["state"])
    _note(row, before, by, cause, now)
    _tell(row, now)
    return row


@transaction.atomic
def remove(agreement: Agreement, now: datetime) -> None:
    """Removes an agreement with its history: the policy decides again."""
    agreement.delete()
    _tell(agreement, now)


def why_not(agreement: Agreement, act: Act, now: datetime) -> str:
    """Why something cannot be done to an agreement; empty when it can."""
    if State(agreement.state) not in LEADS[act]:
        return f"is {agreement.state}"
    if act is Act.ACTIVATE and agreement.ends_at is not None and agreement.ends_at <= now:
        return ACTIVE_ONCE.format(render(agreement.ends_at))
    return ""


def unknown_parties(agreement: Agreement) -> Sequence[str]:
    """Its parties that no platform hosts yet."""
    named = [agreement.one] if agreement.is_to_all else [agreement.one, agreement.other]
    return [party for party in named if not _hosts(party)]


def _check(agreement: Agreement) -> None:
    wrong = flaw(agreement.one, agreement.other, agreement.starts_at, agreement.ends_at)
    if wrong:
        raise NotPossible(wrong)


def _note(agreement: Agreement, before: str, by: str, cause: str, now: datetime) -> None:
    AgreementChange.objects.create(
        agreement=agreement,
        at=now,
        before=before,
        after=agreement.state,
        by=by[:150],
        cause=cause[:200],
    )


def _tell(agreement: Agreement, now: datetime) -> None:
    """Lets routing know, books the news for the platforms that are concerned, and begins to give
    what is newly allowed."""
    directory.changed()
    ones = _hosts(agreement.one)
    if agreement.is_to_all:
        settle(now, hosts=ones)
        settle(now, viewers=ones)
    else:
        others = _hosts(agreement.other)
        settle(now, viewers=ones, hosts=others)
        settle(now, viewers=others, hosts=ones)
    present.compare(now)


def _hosts(party: str) -> set[int]:
    rows = CredentialsRole.objects.filter(party=party)
    return set(rows.values_list("platform_id", flat=True))
