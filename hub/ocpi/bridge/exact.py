"""JSON whose numbers are the texts they were written with, from input to output.

Nothing here is a float. Sums are made of decimals, and only where they can be made exactly.
"""

import json
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import NoReturn

import msgspec

Object = dict[str, object]

# Beyond these nothing is a price, a tax or an energy, and sums would not be exact.
_LONGEST_TEXT = 40
_LARGEST_EXPONENT = 12
_SMALLEST_EXPONENT = -20
# More digits than two such numbers have together.
_ARITHMETIC = Context(prec=80, rounding=ROUND_HALF_UP)


class Unreadable(ValueError):
    """Not JSON, nested too deeply, or text that no JSON can hold."""


class Exact:
    """A JSON number as it was written; equal to one that is written the same."""

    # No dataclass: the encoder would write its fields instead of asking.
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exact) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text


def read(text: bytes) -> object:
    """A JSON value with its numbers as Exact. Raises Unreadable."""
    try:
        return json.loads(
            text.decode(), parse_float=Exact, parse_int=Exact, parse_constant=_no_number
        )
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None


def write(value: object) -> bytes:
    """A value that was read, or made of such, as JSON. Raises Unreadable."""
    try:
        return msgspec.json.encode(value, enc_hook=_digits)
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except UnicodeEncodeError:
        raise Unreadable("half of a surrogate pair") from None


def amount(value: object) -> Decimal | None:
    """The number that an Exact is, None when it is none to reckon with."""
    if not isinstance(value, Exact) or len(value.text) > _LONGEST_TEXT:
        return None
    try:
        number = Decimal(value.text)
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _SMALLEST_EXPONENT:
        return None
    return number if number.adjusted() <= _LARGEST_EXPONENT else None


def number(value: Decimal | int) -> Exact:
    """A decimal as JSON writes it, without an exponent."""
    return Exact(format(Decimal(value), "f"))


def plus(*values: Decimal) -> Decimal:
    """The exact sum."""
    total = Decimal(0)
    for each in values:
        total = _ARITHMETIC.add(total, each)
    return total


def minus(one: Decimal, other: Decimal) -> Decimal:
    """The exact difference."""
    return _ARITHMETIC.subtract(one, other)


def without_tax(price: Decimal, percentage: Decimal) -> Decimal:
    """What a price with tax is without it, to four decimals, half up. The percentage is above
    -100."""
    net = _ARITHMETIC.divide(
        _ARITHMETIC.multiply(price, Decimal(100)), _ARITHMETIC.add(Decimal(100), percentage)
    )
    return net.quantize(Decimal("0.0001"), context=_ARITHMETIC)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _digits(value: object) -> msgspec.Raw:
    if isinstance(value, Exact):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"{type(value).__name__} is not JSON")
