"""Import rules that are exacter than import-linter can say them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTIONS = sorted([*ROOT.glob("apps/*/ocpi.py"), *ROOT.glob("apps/custom/[!_]*.py")])


@pytest.mark.parametrize("path", DESCRIPTIONS, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_description_imports_the_vocabulary_and_nothing_else(path):
    assert foreign(path.read_text()) == set()


def test_the_rule_notices_a_bad_line():
    assert foreign("from hub.ocpi import Module\nimport json\n") == {"json"}
    assert foreign("from hub.routing import decide\n") == {"hub.routing"}


def foreign(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return {name for name in found if name != "hub.ocpi" and not name.startswith("hub.ocpi.")}
