"""How amounts look on the operator's pages: shares, times, numbers. Nothing is `-`."""

from apps.console.columns import NOTHING
from apps.counts.times import OWN_UP_TO, PARTNER_UP_TO

# From there on nobody has looked closer.
LONGEST = frozenset({OWN_UP_TO[-1], PARTNER_UP_TO[-1]})


def share(part: float | None) -> str:
    """A share between 0 and 1 in percent. Only all of them are 100 %, only none of them 0 %."""
    if part is None:
        return NOTHING
    if part in (0, 1):
        return f"{part * 100:.0f} %"
    return f"{min(max(part, 0.001), 0.999) * 100:.1f} %"


def tone(part: float | None) -> str:
    """How well a share of messages is, in the words of outcomes; `none` of nothing."""
    if part is None:
        return "none"
    return "ok" if part >= 0.99 else "refused" if part >= 0.9 else "failed"


def milliseconds(time: float | None) -> str:
    """A time: 0.8 ms, 42 ms, 1.2 s; with ≥ at the end of what is told apart."""
    if time is None:
        return NOTHING
    if time >= 1000:
        text = f"{time / 1000:.1f} s"
    else:
        text = f"{time:.1f} ms" if time < 10 else f"{time:.0f} ms"
    return f"≥ {text}" if time in LONGEST else text


def lasting(seconds: float | None) -> str:
    """How long something waits: 12 s, 3 min 20 s, 2 h 5 min, 3 days."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(int(seconds), 60)
    hours, left = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    if hours:
        return f"{hours} h {left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def thousands(number: float | None) -> str:
    """A number with a thin space between thousands; with one digit behind the point below ten, if
    it is no whole number."""
    if number is None:
        return NOTHING
    text = f"{number:,.1f}" if number < 10 and number != int(number) else f"{number:,.0f}"
    return text.replace(",", "\u202f")


def short(number: int) -> str:
    """A number as short as it is still told: 999, 1.2k, 34k, 5.6M."""
    for size, unit in ((1_000_000, "M"), (1000, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}" if number < 10 * size else f"{number // size}{unit}"
    return str(number)
