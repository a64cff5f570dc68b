"""Findings: what an object does that its table does not allow, and which of them refuse a push."""

from collections.abc import Iterable
from enum import Enum, StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a finding matters to whoever reads the object."""

    ERROR = "error"  # cannot be read: a wrong type, or a required field that is not there
    WARNING = "warning"  # can be read, but is not what the specification says
    NOTE = "note"  # allowed, and probably not meant


class Finding(Struct, frozen=True):
    """One remark about one value.

    Attributes:
        path: where, as `$.evses[0].connectors[1].standard`; `$` is the whole body.
        code: what kind of remark, a `Kind` or the name of a rule; it never changes its meaning.
        severity: how much it matters.
        message: for people: the field, the rule, and at most 40 characters of the value.
    """

    path: str
    code: str
    severity: Severity
    message: str


class Kind(Enum):
    """What a table can find: the code, its severity, what it means."""

    MISSING = ("missing", Severity.ERROR, "a required field is absent or null")
    WRONG_TYPE = ("wrong_type", Severity.ERROR, "another JSON type than the field's")
    NOT_A_DATETIME = ("not_a_datetime", Severity.ERROR, "a text that cannot be read as a DateTime")
    TOO_LONG = ("too_long", Severity.WARNING, "more characters or digits than the field may have")
    NOT_PRINTABLE = (
        "not_printable",
        Severity.WARNING,
        "a line break or control character, or other than ASCII in a CiString",
    )
    NOT_IN_ENUM = ("not_in_enum", Severity.WARNING, "a value that the enum does not list")
    BAD_FORMAT = (
        "bad_format",
        Severity.WARNING,
        "not the pattern of the field, or a DateTime in another spelling than OCPI's",
    )
    OUT_OF_RANGE = ("out_of_range", Severity.WARNING, "a number outside the bounds of the field")
    DECIMAL_POINT = ("decimal_point", Severity.WARNING, "a whole number written as 5.0")
    EMPTY_LIST = ("empty_list", Severity.WARNING, "an empty list where one item is the least")
    EMPTY = ("empty", Severity.NOTE, "an empty text in a required field")
    TOO_PRECISE = ("too_precise", Severity.NOTE, "more decimals than the field has")
    CUT_SHORT = ("cut_short", Severity.NOTE, "the object has more findings than are listed")

    def __init__(self, code: str, severity: Severity, meaning: str) -> None:
        self.code = code
        self.severity = severity
        self.meaning = meaning


class Mode(StrEnum):
    """What findings do to a push."""

    OBSERVE = "observe"
    LENIENT = "lenient"
    STRICT = "strict"


REFUSED = {
    Mode.OBSERVE: frozenset[Severity](),
    Mode.LENIENT: frozenset({Severity.ERROR}),
    Mode.STRICT: frozenset({Severity.ERROR, Severity.WARNING}),
}


def refusing(mode: Mode, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that refuse a push in that mode; none, and it is accepted."""
    return [finding for finding in findings if finding.severity in REFUSED[mode]]


# Where a value stands: where its parent does, and its name or its number there. Made for every
# nested object that is looked at, so it becomes text only when something is wrong.
Path = tuple["Path", str | int] | tuple[()]
ROOT: Path = ()


def spelled(path: Path) -> str:
    """A path as text: `$.evses[0].status`."""
    if not path:
        return "$"
    parent, step = path
    return spelled(parent) + (f"[{step}]" if isinstance(step, int) else f".{step}")


MOST = 100


class Full(Exception):
    """No more errors are listed: nobody reads on, so nobody need look on."""


class Found:
    """Collects the findings of one object, at most MOST errors and MOST others.

    Errors are counted apart, so that no number of remarks can hide what a push is refused for.
    """

    __slots__ = ("_errors", "_others", "is_cut")

    def __init__(self) -> None:
        self._errors: list[Finding] = []
        self._others: list[Finding] = []
        self.is_cut = False

    def add(self, path: Path, kind: Kind, says: str) -> None:
        """Lists one. `says` goes on after the field's name. Raises Full."""
        listed = self._errors if kind.severity is Severity.ERROR else self._others
        if len(listed) < MOST:
            where = spelled(path)
            name = where.rpartition(".")[2] if path else "the body"
            listed.append(Finding(where, kind.code, kind.severity, f"{name}: {says}"))
            return
        self.is_cut = True
        if listed is self._errors:
            raise Full

    def all(self) -> list[Finding]:
        """What was found, errors first."""
        found = self._errors + self._others
        if self.is_cut:
            kind = Kind.CUT_SHORT
            text = f"only {len(found)} findings of this object are listed; there are more."
            found.append(Finding("$", kind.code, kind.severity, text))
        return found
