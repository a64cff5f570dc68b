"""Whether an object makes sense: rules that go beyond the field tables, and the table of them.

findings = remarks("Location", decoded, now)
"""

from hub.ocpi.quality.rules import RULES, Rule, remarks

__all__ = ["RULES", "Rule", "remarks"]
