"""Docs that cannot lie: generated parts are fresh, all there is appears, links lead somewhere."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from apps.modules import registry
from apps.traffic import metrics
from config import docs
from config.registry import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])
COMMANDS = sorted(
    path.stem for path in (ROOT / "apps").glob("*/management/commands/*.py") if path.stem[0] != "_"
)


@pytest.mark.parametrize("file", sorted({file for file, _ in docs.PARTS}))
def test_generated_parts_are_fresh(file: str) -> None:
    assert docs.pages(registry())[file] == (docs.DOCS / file).read_text(), "out of date: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    for page in ROOT.glob("docs/*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index, page.name


def everything() -> str:
    return "\n".join(page.read_text() for page in PAGES)


def test_every_command_setting_metric_and_module_appears() -> None:
    text = everything()
    for command in COMMANDS:
        assert f"manage.py {command}" in text, command
    for setting in SETTINGS:
        assert setting.name in text, setting.name
    for module in registry():
        assert module in text, module
    own = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("hub_")}
    assert own, metrics
    for name in own:
        assert name in text, name


def test_paths_in_the_map_exist() -> None:
    text = (ROOT / "docs" / "map.md").read_text()
    for path in re.findall(r"`((?:apps|hub|config)/[\w./]+)`", text):
        assert (ROOT / path).exists(), path


def test_no_page_and_no_file_names_a_path_of_this_machine() -> None:
    for path in [*PAGES, *ROOT.glob("*/**/*.py")]:
        if ".venv" not in path.parts:
            assert f"{ROOT.parent}/" not in path.read_text() or ROOT.parent == Path("/"), path
