"""Commands as the audit tells of them: one table, what each does to which row.

A command is here, or among those that only look; a test sees to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import timezone

from apps.audit import fields
from apps.audit.chain import Act, write
from apps.audit.models import Entry
from apps.console.audited import command_line_user
from apps.operators.models import ApiToken
from apps.parties.models import Agreement, PartyClaim, Platform

Options = Mapping[str, Any]
Answer = Mapping[str, Any]

LOOKING = frozenset(
    {
        "export", "hub", "onboarding", "platform", "platforms", "pulls", "quality", "route",
        "sandbox", "trace", "audit",
    }
)  # fmt: skip


def _platform(options: Options) -> Model | None:
    return Platform.objects.filter(name=options.get("name") or options.get("platform")).first()


def _claim(options: Options) -> Model | None:
    return PartyClaim.objects.filter(pk=options["grant"] or options["reject"] or 0).first()


def _agreement(options: Options) -> Model | None:
    numbers = [options.get(word) for word in ("activate", "pause", "end")]
    return Agreement.objects.filter(pk=next(filter(None, numbers), 0)).first()


def _token(options: Options) -> Model | None:
    return ApiToken.objects.filter(pk=options["revoke"] or 0).first()


def _no_row(options: Options) -> Model | None:
    return None


def _only(*names: str) -> Callable[[Answer], dict[str, Any]]:
    return lambda answer: {name: answer[name] for name in names if name in answer}


def _one_of(*words: str) -> Callable[[Options], str]:
    """The first of these options that was given; nothing when the command only looked."""
    return lambda options: next((word for word in words if options.get(word)), "")


def _always(word: str) -> Callable[[Options], str]:
    return lambda options: word


@dataclass(frozen=True, slots=True)
class Told:
    """How a command is told of.

    Attributes:
        act: what it did, by its options; empty when it only looked.
        kind: what it was done to.
        row: the row that it changes, if it is one.
        subject: what it was done to, by options and answer, where there is no row.
        after: what of its answer is written down besides the row: never a secret.
    """

    act: Callable[[Options], str]
    kind: str
    row: Callable[[Options], Model | None] = _no_row
    subject: Callable[[Options, Answer], str] = lambda options, answer: ""
    after: Callable[[Answer], dict[str, Any]] = lambda answer: {}


COMMANDS: Mapping[str, Told] = {
    "agreements": Told(
        _one_of("offer", "activate", "pause", "end"),
        "agreement",
        _agreement,
        lambda options, answer: " and ".join(options["offer"] or ()),
        _only("agreements"),
    ),
    "alerts": Told(_one_of("test"), "alert", after=_only("test")),
    "api_token": Told(
        lambda options: "revoke" if options["revoke"] else "make" if options["name"] else "",
        "API token",
        _token,
        lambda options, answer: f"{options['name']} of {options['user']}",
        lambda answer: {
            name: answer["tokens"][0][name] for name in ("id", "user", "name", "scope", "expires")
        },
    ),
    "claims": Told(_one_of("grant", "reject"), "party claim", _claim),
    "clientinfo": Told(
        _one_of("tell_again"), "platform", _platform, after=_only("told_again")
    ),
    "deliveries": Told(
        _one_of("retry", "drop", "go_on"),
        "delivery",
        subject=lambda options, answer: str(options["platform"] or options["id"] or "all"),
        after=_only("sent_again", "given_up", "went_on"),
    ),
    # The uid of a driver who is forgotten must not live on here.
    "erase": Told(_one_of("remove"), "token", after=_only("traces")),
    "import": Told(
        _always("import"),
        "kept objects",
        subject=lambda options, answer: str(options["file"]),
        after=_only("lines", "new", "changed", "same", "older", "bad"),
    ),
    "invite": Told(
        _always("invite"), "platform", _platform, lambda options, answer: options["name"],
        _only("expires"),
    ),
    "operator": Told(
        _one_of("unlock", "forget_second_factor"),
        "user",
        subject=lambda options, answer: options["name"],
    ),
    "pull": Told(
        _always("pull"), "platform", _platform,
        after=lambda answer: {"lists": [pull["module"] for pull in answer["pulls"]]},
    ),
    "register": Told(
        _always("register"), "platform", _no_row, lambda options, answer: str(answer["platform"]),
    ),
    "renew": Told(_always("renew"), "platform", _platform),
    "resume": Told(_always("resume"), "platform", _platform),
    "suspend": Told(_always("suspend"), "platform", _platform),
    "unregister": Told(_always("unregister"), "platform", _platform),
}  # fmt: skip


def as_it_is(command: str, options: Options) -> Model | None:
    """The row that a command is about to change."""
    return COMMANDS[command].row(options) if command in COMMANDS else None


def tell(command: str, options: Options, before: Model | None, answer: Answer) -> None:
    """Writes down what a command has done, where it did anything."""
    told = COMMANDS.get(command)
    act = told.act(options) if told is not None else ""
    if told is None or not act:
        return
    row = told.row(options)
    old, new = fields.changed(
        fields.values(before) if before is not None else {},
        fields.values(row) if row is not None else {},
    )
    subject = str(row or before or told.subject(options, answer))
    write(
        Act(
            command_line_user(), Entry.Via.COMMAND, act.replace("_", " ").capitalize(), told.kind,
            subject, str(options.get("reason") or ""), old, {**new, **_plain(told.after(answer))},
        ),
        timezone.now(),
    )  # fmt: skip


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has words for them."""
    return dict(fields.plain(values))
