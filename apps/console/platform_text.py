"""Commands that answer with one platform: its facts, and how a person reads them."""

from collections.abc import Iterable

from apps.console.command_line import Answer, HubCommand, columns, pairs, section

HEAD = ("status", "since", "cause", "version", "versions_url", "last_seen", "waiting_deliveries")
# section, key of the facts, its columns
TABLES = (
    ("Parties", "parties", ("party", "role", "name")),
    ("Endpoints", "endpoints", ("module", "interface", "url", "override")),
    ("Tokens", "tokens", ("kind", "created", "age_seconds", "expires", "replaced")),
    ("Open claims", "claims", ("id", "party", "role", "held_by", "claimed")),
    ("Changes of status", "history", ("at", "before", "after", "cause", "announced")),
    ("Caught up after returns", "caught_up", ("missed_from", "returned", "booked", "ended")),
    (
        "Given by new agreements",
        "given",
        ("party", "owner", "module", "began", "booked", "ended", "reason"),
    ),
)
# section, key of the facts
MAPPINGS = (
    ("Version of OCPI", "speaks"),
    ("Learned habits", "learned"),
    ("Switches", "switches"),
    ("Is it there", "liveness"),
    ("Told which parties it reaches (OCPI 2.3.0)", "naming"),
)


def platform_lines(facts: Answer) -> list[str]:
    """A platform in lines, section by section."""
    lines = [facts["platform"], *pairs({name: facts[name] for name in HEAD})]
    for title, key, names in TABLES:
        lines += section(title, columns(facts[key], *names) if facts[key] else ["none"])
    for title, key in MAPPINGS:
        lines += section(title, pairs(facts[key]) or ["none"])
    return lines


class PlatformCommand(HubCommand):
    """Base of the commands whose answer is everything about one platform."""

    def lines(self, answer: Answer) -> Iterable[str]:
        return platform_lines(answer)
