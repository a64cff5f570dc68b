"""Takes one pull one page further: ask, keep, remember, decide where it goes on.

    page URL -> ask -> answer -> items -> take_page -> step | again | end

A page starts from the rows and ends in one transaction that moves them on, so a pull goes on where
it stopped, whoever goes on with it.
"""

import hashlib
import time
from dataclasses import replace

from apps.modules import registry
from apps.sync import lease, missing, progress
from apps.sync.ask import ask
from apps.sync.progress import PageDone, State, Walk
from apps.sync.sources import parties, why_not
from apps.sync.take_page import Page, take_page
from apps.sync.turn import Means, Turn
from hub.ocpi import datetimes, jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer
from hub.ocpi.status import Code, OcpiError
from hub.policy.pulling import BACK_OFF_SECONDS, Kind, asks_from
from hub.policy.retry import Done, Drop, Outcome, RetryAt, retry_after, verdict
from hub.routing import follow
from hub.routing.follow import Step
from hub.routing.network import Network, Platform

# Objects asked for on a page; a platform may give fewer.
PAGE = 100
# Trouble that may be over the next time.
_PASSING = (Code.TIMEOUT, Code.CONNECTION_PROBLEM)


async def one_page(means: Means, holder: str, network: Network, walk: Walk) -> None:
    """Takes a pull one page further, or ends it, or puts the page off.

    Raises lease.Lost or progress.Overtaken when somebody else has taken over.
    """
    platform, module = network.platforms.get(walk.platform_id), registry().get(walk.module)
    if platform is None or module is None:
        await _end(means, walk, State.STOPPED, "the platform or the module is gone")
        return
    why = why_not(network, platform, module)
    if not why and PartyId.parse(walk.party) not in parties(network, platform.id, module):
        why = f"{walk.party} is no party of the platform any more"
    if why:
        await _end(means, walk, State.STOPPED, why)
        return
    if walk.attempts > len(BACK_OFF_SECONDS):
        why = f"given up after {walk.attempts} attempts at one page"
        await _end(means, walk, State.FAILED, why)
        return
    turn = Turn(means, holder, network, platform, module, walk)
    # A token is sent to listed endpoints only: where the endpoint has moved, the pull begins anew.
    if not walk.next_url or not follow.same_origin(walk.next_url, turn.endpoint):
        turn = replace(turn, walk=await _begun(turn))
    await _page(turn)


async def _begun(turn: Turn) -> Walk:
    """The pull at its first page."""
    walk, now = turn.walk, turn.means.clock()
    date_from = asks_from(Kind(walk.kind), turn.module, walk.synced_from, now, turn.means.rhythm)
    spelled = datetimes.render(date_from) if date_from is not None else ""
    url = follow.first_page(turn.endpoint, PAGE, spelled)
    async with turn.means.pool.connection() as connection, connection.transaction():
        await progress.begin(connection, walk, url, date_from, now)
    return replace(walk, started_at=now, date_from=date_from, next_url=url, page_digest="")


async def _page(turn: Turn) -> None:
    means, walk = turn.means, turn.walk
    began = time.perf_counter()
    async with means.pool.connection() as connection:
        await progress.book(connection, walk, means.clock())
    answer: Answer | None = None
    error: OcpiError | None = None
    try:
        answer = await ask(turn)
    except OcpiError as failure:
        error = failure
    match _judged(turn, answer, error):
        case RetryAt(due, reason):
            # Who has too much to do, or is away, is left alone altogether.
            all_wait = answer is None or answer.status == 429
            seconds, now = time.perf_counter() - began, means.clock()
            async with means.pool.connection() as connection:
                await progress.again(connection, walk, due, reason, seconds, now, all_wait=all_wait)
        case Drop(reason):
            await _end(means, walk, State.FAILED, reason)
        case Done():
            assert answer is not None  # no answer is never good
            await _keep(turn, answer, began)


def _judged(turn: Turn, answer: Answer | None, error: OcpiError | None) -> Done | RetryAt | Drop:
    if error is not None and error.code not in _PASSING:
        return Drop(error.message)
    now, attempt = turn.means.clock(), turn.walk.attempts + 1
    if error is not None:
        outcome = Outcome(None, int(error.code))
    else:
        assert answer is not None
        code = answer.envelope.status_code if answer.envelope is not None else None
        outcome = Outcome(answer.status, code, retry_after(answer.header("retry-after"), now))
    judged = verdict(outcome, attempt, now, turn.means.jitter(), BACK_OFF_SECONDS)
    if isinstance(judged, Done | RetryAt):
        return judged
    # Whatever else a delivery would do, a pull ends here.
    meaning = "" if answer is None else _meaning(answer, turn.platform)
    return Drop(judged.reason + meaning)


def _meaning(answer: Answer, platform: Platform) -> str:
    """What an answer that ends a pull means, where its numbers do not say it."""
    if answer.status in (401, 403):
        return ": it refuses the hub's token"
    if answer.envelope is None:
        return ": no OCPI response"
    told, token = answer.envelope.status_message, platform.token
    if not told or token is None:
        return ""
    return f": {told.replace(token.value, '***')}"  # some repeat a token that they do not know


async def _keep(turn: Turn, answer: Answer, began: float) -> None:
    means, walk = turn.means, turn.walk
    try:
        items = _items(answer)
    except jsontext.JsonError:
        await _end(means, walk, State.FAILED, "data is no list")
        return
    page = await take_page(turn, items)
    step = follow.next_step(answer, follow.Page(walk.next_url, turn.endpoint, PAGE, len(items)))
    total = follow.total_of(answer)
    digest = _digest(b",".join(items)) if items else ""
    is_same = bool(digest) and digest == walk.page_digest
    if is_same and total == len(items):
        # It claims that this page is all there is, and knows no offset.
        step = Step(is_whole=False, remark="the same page came again")
    remarks = (*page.remarks, *([f"page {walk.pages + 1}: {step.remark}"] if step.remark else []))
    seconds = time.perf_counter() - began
    done = PageDone(step.url, digest, total, page.count, len(answer.body), seconds, remarks)
    await _write(turn, step, page, done, repeats=is_same and bool(step.url))


def _items(answer: Answer) -> list[bytes]:
    """The objects of a page as text; some platforms leave `data` out of an empty one. Raises
    JsonError."""
    data = answer.envelope.raw_data if answer.envelope is not None else None
    if data is None or data.strip() == b"null":
        return []
    return [bytes(item) for item in jsontext.items(data)]


async def _write(turn: Turn, step: Step, page: Page, done: PageDone, *, repeats: bool) -> None:
    """Moves the rows on: all that the page brought, and the end where there is one."""
    means, walk, now = turn.means, turn.walk, turn.means.clock()
    async with means.pool.connection() as connection, connection.transaction():
        await lease.extend(connection, (lease.of_platform(walk.platform_id),), turn.holder, now)
        await missing.found(connection, walk, page.own_keys)
        if turn.sees_all:
            await missing.see(connection, walk, page.own_keys)
        here, ahead = _digest(walk.next_url.encode()), _digest(step.url.encode())
        repeats |= await progress.went_here(connection, walk, here, ahead)
        await progress.step(connection, walk, done, now)
        if reason := _why_fail(turn, step, done, repeats=repeats):
            await progress.end(connection, walk, State.FAILED, reason, 0, now)
        elif not step.url:
            whole = turn.sees_all and step.is_whole
            gone = await missing.settle(connection, walk, turn.module, now) if whole else 0
            await progress.end(connection, walk, State.DONE, "", gone, now)


def _why_fail(turn: Turn, step: Step, done: PageDone, *, repeats: bool) -> str:
    """Why a pull cannot go on although there is more; empty when it can, or need not."""
    walk, count = turn.walk, done.count
    if not step.url:
        return ""
    if repeats:
        return "its pages lead in a circle: what comes next was asked for before"
    objects = walk.objects_kept + walk.skipped + count.kept + count.skipped
    setting = turn.means.limits.exceeded(walk.pages + 1, objects, walk.bytes + done.size)
    return f"stopped at {setting}, and there is more" if setting else ""


async def _end(means: Means, walk: Walk, state: State, reason: str) -> None:
    async with means.pool.connection() as connection, connection.transaction():
        await progress.end(connection, walk, state, reason, 0, means.clock())


def _digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=16).hexdigest()
