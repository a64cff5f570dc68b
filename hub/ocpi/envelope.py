"""The response envelope: `data`, `status_code`, `status_message`, `timestamp`.

spec: transport_and_format_response_format
"""

from datetime import datetime

import msgspec

from hub.ocpi import datetimes
from hub.ocpi.jsontext import MARK
from hub.ocpi.status import Code


def render(
    code: Code, now: datetime, *, message: str | None = None, data: object = msgspec.UNSET
) -> bytes:
    """An envelope as bytes. Without `data` the field is left out; `data` may be `msgspec.Raw`.
    `status_message` is left out when there is none: some peers refuse null."""
    envelope: dict[str, object] = {}
    if data is not msgspec.UNSET:
        envelope["data"] = data
    envelope["status_code"] = int(code)
    if message is not None:
        envelope["status_message"] = message
    envelope["timestamp"] = datetimes.render(now)
    return msgspec.json.encode(envelope)


def around_list(code: Code, now: datetime) -> tuple[bytes, bytes]:
    """The two ends of an envelope whose `data` is a list that is written in between."""
    whole = render(code, now, data=msgspec.Raw(b"[]"))
    opening, bracket, closing = whole.partition(b"[")
    return opening + bracket, closing


def raw(text: bytes) -> msgspec.Raw:
    """JSON text as the `data` of an envelope, written as it stands."""
    return msgspec.Raw(text)


class Envelope(msgspec.Struct, frozen=True):
    """What a peer answered; `raw_data` is the text of `data`, None when absent."""

    status_code: int
    status_message: str
    raw_data: bytes | None

    @property
    def data(self) -> object:
        """`data` decoded, None when absent."""
        return None if self.raw_data is None else msgspec.json.decode(self.raw_data)


class _Wire(msgspec.Struct):
    """What is read of every answer that passes; `data` is only skipped over."""

    status_code: int | str
    status_message: object = None
    data: msgspec.Raw = msgspec.Raw()  # immutable, and empty when absent


_read = msgspec.json.Decoder(_Wire)


def parse(body: bytes) -> Envelope | None:
    """The envelope in a response body, or None when the body is not one."""
    try:
        wire = _read.decode(body.removeprefix(MARK))
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
    code = wire.status_code
    if isinstance(code, str):
        if not code.isdecimal():
            return None
        code = int(code)
    return Envelope(code, str(wire.status_message or ""), bytes(wire.data) or None)


def unwrapped(body: bytes) -> bytes:
    """The body of an asynchronous result, which is sent bare: peers that wrapped it in an envelope
    are understood (spec: mod_commands_commandresult_object; the note in #437)."""
    try:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return body
    if "data" in members and "status_code" in members:
        return bytes(members["data"])
    return body
