"""Operations that are no line of the table of resources: what is made, changed, asked and tried."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.db import transaction
from django.utils import timezone

from apps.alerts.models import Alert
from apps.api import asked, network_shapes, shapes
from apps.api.acting import invitation, tell
from apps.api.operation import Call, NotThere, Operation, Page, Refused
from apps.api.resources import AGREEMENTS, PLATFORMS
from apps.audit import fields
from apps.console import (
    agreement_facts,
    alert_facts,
    dashboard_facts,
    facts,
    network_facts,
    trying,
)
from apps.console.audited import now_is
from apps.console.looking_up import look_up
from apps.console.pages import dry_run, network, trace
from apps.console.sequence import sequence
from apps.credentials import registration
from apps.credentials.invitations import invite
from apps.hubclientinfo import agreements
from apps.parties import directory, platforms
from apps.parties.models import Agreement, Endpoint, Platform
from hub.ocpi.module import Role
from hub.routing.agreements import State

RECORDED = "recorded by the API"


def _invite(call: Call) -> dict[str, Any]:
    made = invite(call.asked["name"], now=call.now)
    row = platforms.named(made.platform)
    tell(call, "Invited", row, {}, fields.values(row))
    return invitation(made)


def _register(call: Call) -> dict[str, Any]:
    wanted = call.asked
    row = async_to_sync(registration.register)(
        wanted["versions_url"],
        wanted["token_a"],
        wanted["name"],
        Role(wanted["role"]) if wanted["role"] else None,
    )
    tell(call, "Register", row, {}, now_is(row))
    return facts.platform(platforms.named(row.name), timezone.now())


def _switch(call: Call) -> dict[str, Any]:
    """Only the columns that are named: the gateway writes others of the same row at any time."""
    row, changes = PLATFORMS.get(call), dict(call.asked)
    name = changes.get("name", row.name)
    if Platform.objects.filter(name=name).exclude(pk=row.pk).exists():
        raise Refused(f"another platform is named {name!r}", "name")
    before = fields.values(row)
    for column, value in changes.items():
        setattr(row, column, value)
    if changes:
        row.save(update_fields=list(changes))
        directory.changed()
        tell(call, "Change", row, before, now_is(row))
    return facts.platform(platforms.named(name), call.now)


@transaction.atomic
def _override(call: Call) -> dict[str, Any]:
    """As on the page: an endpoint that is not listed may be added, and goes with its correction."""
    platform, wanted = PLATFORMS.get(call), call.asked
    which = {"module": wanted["module"], "interface": wanted["interface"]}
    row = platform.endpoints.filter(**which).first() or Endpoint(platform=platform, **which)
    before = fields.values(row) if row.pk else {}
    row.override = wanted["override"]
    if row.url or row.override:
        row.save()
    elif row.pk:
        row.delete()
    directory.changed()
    tell(call, "Correct endpoint", platform, _url(before), _url(fields.values(row)))
    return facts.platform(platform, call.now)


def _url(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{values['module']} {values['interface']}": values["override"]} if values else {}


def _forget(call: Call) -> None:
    row = PLATFORMS.get(call)
    before = fields.values(row)
    platforms.forget(row.name)
    tell(call, "Delete", row, before, {})


def _agree(call: Call) -> dict[str, Any]:
    wanted = call.asked
    row = Agreement(
        one=wanted["one"],
        other=wanted["other"],
        modules=wanted.get("modules", []),
        state=State(wanted["state"]),
        starts_at=wanted.get("starts"),
        ends_at=wanted.get("ends"),
    )
    reason = wanted["reason"]
    agreements.record(row, call.http.user.get_username(), reason or RECORDED, call.now)
    tell(call, "Add", row, {}, now_is(row), reason)
    return _told(row, call)


def _change_terms(call: Call) -> dict[str, Any]:
    row = AGREEMENTS.get(call)
    before = fields.values(row)
    columns = {"modules": "modules", "starts": "starts_at", "ends": "ends_at"}
    for name, column in columns.items():
        setattr(row, column, call.asked.get(name, getattr(row, column)))
    agreements.revise(row, call.now)
    tell(call, "Change", row, before, now_is(row))
    return _told(row, call)


def _end_record(call: Call) -> None:
    row = AGREEMENTS.get(call)
    before = fields.values(row)
    agreements.remove(Agreement.objects.get(pk=row.pk), call.now)
    tell(call, "Delete", row, before, {})


def _told(row: Agreement, call: Call) -> dict[str, Any]:
    fresh = Agreement.objects.prefetch_related("changes").get(pk=row.pk)
    return agreement_facts.agreements([fresh], call.now)[0]


def _test_alert(call: Call) -> Page:
    found = [alert_facts.notice(row) for row in alert_facts.tested(call.now)]
    tell(call, "Test", Alert(about="all channels"), {}, {})
    return Page(found)


def _trace(call: Call) -> dict[str, Any]:
    wanted = call.asked["id"]
    sees = call.http.user.has_perm("outbox.view_delivery")
    found = look_up(wanted, deliveries=sees)
    if not found["trace"] and not found["chains"]:
        raise NotThere(f"Nothing is known of {wanted}.")
    course = sequence(found["trace"]) if found["trace"] else None
    return {**found, "sequence": asdict(course) if course else None}


def _dry_run(call: Call) -> dict[str, Any]:
    wanted = call.asked
    lines = "\n".join(f"{name}: {value}" for name, value in wanted["headers"].items())
    try:
        return trying.try_out(
            wanted["method"],
            wanted["path"],
            trying.header_lines(lines),
            wanted["body"].encode(),
            wanted["platform"],
            call.now,
        )
    except trying.CannotTry as error:
        raise Refused(str(error), "request") from None


def _members(call: Call) -> Page:
    return Page([member.fact() for member in network_facts.members(call.now)])


OPERATIONS = (
    Operation(
        "POST", "invitations", "invite", "invitations",
        "Invites a platform: its CREDENTIALS_TOKEN_A is in this answer, and nowhere else.",
        ("parties.add_platform",), _invite, network_shapes.Invitation, asked.Name, status=201,
    ),
    Operation(
        "POST", "registrations", "register", "registrations",
        "Registers the hub with a platform that invited it.",
        ("parties.add_platform",), _register, network_shapes.Platform, asked.Registration,
        status=201,
    ),
    Operation(
        "PATCH", "platforms/<int:id>", "platforms_change", "platforms",
        "Changes the name of a platform in this hub, or its switches.",
        ("parties.change_platform",), _switch, network_shapes.Platform, asked.Switches,
    ),
    Operation(
        "DELETE", "platforms/<int:id>", "platforms_delete", "platforms",
        "Removes a platform with everything that belongs to it. It is not told.",
        ("parties.delete_platform",), _forget, None, status=204,
    ),
    Operation(
        "PUT", "platforms/<int:id>/endpoints", "platforms_endpoint", "platforms",
        "Corrects the URL of an endpoint; survives the next registration.",
        ("parties.change_platform",), _override, network_shapes.Platform, asked.Override,
    ),
    Operation(
        "POST", "agreements", "agreements_record", "agreements",
        "Records an agreement, offered or active at once.",
        ("parties.add_agreement",), _agree, network_shapes.Agreement, asked.NewAgreement,
        status=201,
    ),
    Operation(
        "PATCH", "agreements/<int:id>", "agreements_change", "agreements",
        "Changes modules or dates of an agreement; what else becomes of it are acts.",
        ("parties.change_agreement",), _change_terms, network_shapes.Agreement, asked.Terms,
    ),
    Operation(
        "DELETE", "agreements/<int:id>", "agreements_delete", "agreements",
        "Removes an agreement with its history: the policy of the hub decides again.",
        ("parties.delete_agreement",), _end_record, None, status=204,
    ),
    Operation(
        "POST", "alerts/test", "alerts_test", "alerts", "Sends a test by every channel.",
        ("alerts.change_alert",), _test_alert, shapes.Notices, asked.Nothing,
    ),
    Operation(
        "GET", "trace", "trace", "trace",
        "Who said what to whom, and what came of it: by a correlation id, a request id, the id of"
        " an object, or a party.",
        trace.NEEDED, _trace, shapes.Trace,
        query=lambda: {"id": forms.CharField(max_length=trace.LONGEST_ID)},
    ),
    Operation(
        "POST", "dry-run", "dry_run", "dry-run",
        "What the hub would do with a request, check by check, without doing it.",
        dry_run.NEEDED, _dry_run, shapes.DryRun, asked.DryRequest,
    ),
    Operation(
        "GET", "statistics", "statistics", "statistics",
        "What the dashboard shows, as far as the user may see it.",
        ("traffic.view_leg",),
        lambda call: dashboard_facts.dashboard(call.http.user, call.now), shapes.Statistics,
    ),
    Operation(
        "GET", "network", "network", "network",
        "All platforms by name, with what passed in the last hour.",
        network.NEEDED, _members, shapes.Members,
    ),
    Operation(
        "GET", "hub", "hub", "hub", "The hub's own party, URLs, versions and settings.",
        ("parties.view_platform",), lambda call: facts.hub(), shapes.Hub,
    ),
)  # fmt: skip
