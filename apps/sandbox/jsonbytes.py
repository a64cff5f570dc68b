"""Python objects as JSON bytes: Decimals keep their digits and are written as numbers."""

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: object) -> bytes:
    return _encoder.encode(value)
