"""What is found wrong with the body of a push, and whether it is refused for that."""

from datetime import datetime

from msgspec import structs

from apps.gateway.inbound import decode
from apps.gateway.understood import UNDERSTOOD
from apps.store.take import checked
from hub.ocpi.message import Message
from hub.ocpi.module import Effect
from hub.ocpi.schema import Finding, Kind, Mode, Severity, refusing
from hub.ocpi.schema.messages import body_class
from hub.ocpi.status import invalid

NAMED = 3


def findings(message: Message, now: datetime) -> tuple[Finding, ...]:
    """Everything that the tables of its own version, and the rules, have to say about the body of a
    push as it came; nothing where its class is not known. What the URL says too may be missing: it
    is added to what is kept."""
    wanted = body_class(message.match, message.version)
    if wanted is None or message.content is None:
        return ()
    content = decode(message.body) if message.version in UNDERSTOOD else message.content
    partial = message.match.operation.effect is Effect.MERGE
    named_in_url = {"$.country_code", "$.party_id"} | {
        f"$.{id_field}" for id_field in message.match.module.key.values()
    }
    return tuple(
        structs.replace(each, severity=Severity.WARNING)
        if each.code == Kind.MISSING.code and each.path in named_in_url
        else each
        for each in checked(wanted, content, now, partial=partial)
    )


def refuse(mode: Mode, found: tuple[Finding, ...]) -> None:
    """Raises OcpiError 2001 when the mode of the platform refuses a push for what was found."""
    grave = refusing(mode, found)
    if not grave:
        return
    named = "; ".join(f"{each.path}: {_rule(each)}" for each in grave[:NAMED])
    more = f" (and {len(grave) - NAMED} more)" if len(grave) > NAMED else ""
    raise invalid(f"{named}{more}.")


def _rule(finding: Finding) -> str:
    """What a finding says after the name of the field, which its path has already."""
    return finding.message.removeprefix(f"{finding.path.rpartition('.')[2]}: ").rstrip(".")
