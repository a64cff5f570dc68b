"""What a platform's page shows of its connection: its version, is it there, and how its status
changed."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import connection_facts as facts
from apps.console.columns import NOTHING, shown, table
from apps.parties.models import Platform


@admin.display(description="version of OCPI")
def speaks(row: Platform) -> SafeString:
    found = facts.speaks(row)
    if not found["version"]:
        return table((), [], "none: it has not registered yet")
    cells = (
        found["version"],
        ", ".join(found["offers"]) or "not read yet",
        shown(found["offers_read"]),
        format_html("<code>{}</code>", found["hub_versions_url"]),
        f"{found['hub_party']}, as {found['hub_party_as'] or 'its party'}",
        ", ".join(found["not_shown"]) or "none",
    )
    headings = ("spoken", "it offers", "read", "where it begins at the hub",
                "what the hub is there", "versions hidden")  # fmt: skip
    told = table(headings, [cells], NOTHING)
    if not found["newer"]:
        return told
    return format_html(
        "{}<p>It offers {}, which the hub has too: it can go over by PUT of its credentials there."
        "</p>",
        told,
        " and ".join(found["newer"]),
    )


@admin.display(description="is it there")
def is_there(row: Platform) -> SafeString:
    found = facts.liveness(row)
    failing = found["failures_in_a_row"]
    cells = (
        shown(row.last_seen),
        f"{shown(found['last_check'])} {found['check_said']}".strip(),
        found["checks_failed"],
        f"{failing} since {shown(found['failing_since'])}" if failing else "none",
    )
    headings = ("last seen", "last check", "failed checks", "failed requests in a row")
    return table(headings, [cells], NOTHING)


@admin.display(description="told which parties it reaches")
def naming(row: Platform) -> SafeString:
    found = facts.naming(row)
    since, tried = found["differs_since"], found["attempts"]
    cells = (
        shown(found["told"]),
        shown(since) if since else "no",
        f"{tried}: {found['said']}" if found["said"] else tried,
        shown(found["not_before"]),
        f"objects of {', '.join(found['waited_for'])}" if found["waited_for"] else "nothing",
    )
    headings = ("last told", "differs since", "attempts since", "next not before", "wait for it")
    return table(headings, [cells] if found["told"] or since else [], "only OCPI 2.3.0 is told")


@admin.display(description="changes of status")
def history(row: Platform) -> SafeString:
    rows = [
        (shown(c["at"]), c["before"], c["after"], c["cause"], shown(c["announced"]))
        for c in facts.history(row)
    ]
    return table(("when", "from", "to", "cause", "others told"), rows, "none yet")


@admin.display(description="caught up after returns")
def caught_up(row: Platform) -> SafeString:
    rows = [
        (shown(c["missed_from"]), shown(c["returned"]), c["booked"], shown(c["ended"]))
        for c in facts.caught_up(row)
    ]
    headings = ("missed from", "returned", "objects booked", "ended")
    return table(headings, rows, "none yet")


@admin.display(description="given by new agreements")
def given(row: Platform) -> SafeString:
    rows = [
        (g["party"], g["owner"], g["module"], shown(g["began"]), g["booked"], shown(g["ended"]),
         g["reason"])
        for g in facts.given(row)
    ]  # fmt: skip
    headings = ("to", "of", "module", "began", "objects booked", "ended", "broke off because")
    return table(headings, rows, "none yet")
