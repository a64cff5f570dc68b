"""A complete object of every class of every version, written for these tests."""

from typing import Any

from tests.ocpi.examples import v2_1_1, v2_2_1, v2_3_0

EXAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "2.1.1": v2_1_1.EXAMPLES,
    "2.2.1": v2_2_1.EXAMPLES,
    "2.3.0": v2_3_0.EXAMPLES,
}
