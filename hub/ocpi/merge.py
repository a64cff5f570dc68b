"""What a PATCH makes of a kept object: the members named are replaced, all others stay.

spec: transport_and_format_patch, mod_sessions_patch_method. An explicit null means "not said" and
erases nothing: platforms send nulls for every field they do not know.
"""

from collections.abc import Iterable

import msgspec

from hub.ocpi import jsontext


def merged(kept: bytes, patch: bytes, appends: Iterable[str] = ()) -> bytes:
    """The kept object with the patch applied, as text with all digits.

    Args:
        kept: the JSON object as it is kept.
        patch: the JSON object of the PATCH.
        appends: list members that a PATCH adds to (a Session's `charging_periods`); an item that
            is already there, byte for byte, is not added twice.

    Raises jsontext.JsonError when either is not a JSON object.
    """
    result = jsontext.members(kept)
    for name, value in jsontext.members(patch).items():
        if jsontext.is_null(value):
            continue
        result[name] = _appended(result.get(name), value) if name in appends else value
    return jsontext.join(result)


def _appended(kept: msgspec.Raw | None, more: msgspec.Raw) -> msgspec.Raw:
    items = [] if kept is None or jsontext.is_null(kept) else jsontext.items(bytes(kept))
    known = {bytes(item) for item in items}
    items += [item for item in jsontext.items(bytes(more)) if bytes(item) not in known]
    return msgspec.Raw(msgspec.json.encode(items))
