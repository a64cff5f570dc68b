"""What the acts of the mixed network share: pushes, and how they arrive in another version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.sandbox.calls import Pair, Reply
from apps.sandbox.jsonbytes import encode
from apps.sandbox.memory import Received
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.scene import Unexpected, expect
from hub.ocpi.module import Interface
from hub.ocpi.schema import SCHEMAS, Severity, check

# The field that names an object in its URL, where that is not `id`.
NAMED_BY = {"tokens": "uid"}
DELIVERY_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Put:
    """One object on its way: what it is called in 2.3.0, its module, itself, who has it."""

    name: str
    module: str
    content: Mapping[str, Any]
    owner: SandboxPlatform

    @property
    def tail(self) -> str:
        identifier = self.content[NAMED_BY.get(self.module, "id")]
        return f"{self.owner.party[0]}/{self.owner.party[1]}/{identifier}"

    async def send(self, to: Pair) -> Reply:
        """PUTs the object, which its owner has from then on; a 2.1.1 owner names nobody."""
        self.owner.objects.put(self.module, self.content)
        kind = self.content["type"] if self.module == "tokens" else ""
        return await self.owner.request(
            "PUT", self.module, Interface.RECEIVER, self.tail,
            query=f"type={kind}" if kind and self.owner.state.has_roles else "",
            json=self.content, to=to,
        )  # fmt: skip

    async def heard(self, hearer: SandboxPlatform) -> Received:
        """Its arrival at another platform, as that platform's version has it."""
        received = await hearer.heard(
            method="PUT", module=self.module, tail=self.tail, within=DELIVERY_SECONDS
        )
        return right(hearer, self.name, received)


def right(hearer: SandboxPlatform, name: str, received: Received) -> Received:
    """The same request. Raises Unexpected where its object is none of the hearer's version."""
    lettered(hearer, name, received.json)
    return received


def untouched(received: Received, content: object) -> None:
    """Raises Unexpected unless these are the very bytes that were sent: the versions are equal."""
    expect(received.body, encode(content), f"the body of {received}")


def lettered(reader: SandboxPlatform, name: str, content: Any) -> None:
    """Raises Unexpected unless an object is by the letter of its reader's version."""
    found = [
        f"{finding.path}: {finding.message}"
        for finding in check(SCHEMAS[reader.version][name], content)
        if finding.severity is not Severity.NOTE
    ]
    if found:
        raise Unexpected(f"{name} in OCPI {reader.version} for {reader.name}: {'; '.join(found)}")


def loss(reply: Reply, *fields: str) -> str:
    """A remark about what the hub says was lost. Raises Unexpected unless it names the fields."""
    missing = [field for field in fields if field not in reply.message]
    if missing:
        raise Unexpected(f"the hub does not tell of {', '.join(missing)}: {reply.message!r}")
    return f"status_message: {reply.message}"


def exact(number: object) -> Decimal:
    """A number read from JSON, as it is written."""
    return Decimal(str(number))


def now() -> datetime:
    """The moment an object is made, in whole seconds: 2.1.1 has no others."""
    return datetime.now(UTC).replace(microsecond=0)
