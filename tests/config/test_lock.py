"""requirements.lock holds what pyproject.toml asks for, hashed, and names no package index."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PINS = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, flags=re.MULTILINE))


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=; ]", line)[0] for line in wanted}
    assert names - set(PINS) == set(), "out of date: make lock"


def test_every_pin_has_hashes():
    for block in re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_names_no_place_to_fetch_from():
    assert re.findall(r"^-.*|https?://.*|file:.*", LOCK, flags=re.MULTILINE) == []
