"""What docs/supported-ocpi.md says is so: every duty has a test that runs, or a reason."""

import pytest

from tests.statement.__main__ import DOCS, pages
from tests.statement.marks import shown_by
from tests.statement.table import REQUIREMENTS, VERSIONS

OURS = {"hub", "passed on"}
IN_FULL = ("2.2.1", "2.3.0")
TESTS = shown_by()


@pytest.mark.parametrize("page", ["supported-ocpi.md", "errata.md"])
def test_pages_are_fresh(page: str) -> None:
    assert pages()[page] == (DOCS / page).read_text(), "out of date: make docs"


def test_tests_name_requirements_that_there_are() -> None:
    assert set(TESTS) <= set(REQUIREMENTS)


def test_tests_speak_versions_that_there_are() -> None:
    spoken = {version for shown in TESTS.values() for each in shown for version in each.versions}

    assert spoken <= set(VERSIONS["all"])


def test_no_duty_of_the_hub_is_left_open() -> None:
    left = [
        f"{each.id} in {version}"
        for each in REQUIREMENTS.values()
        for version in IN_FULL
        if version in each.versions and not each.because and OURS & set(each.whose)
        if not any(version in shown.versions for shown in TESTS.get(each.id, ()))
    ]

    assert left == []


def test_whatever_else_is_asked_has_a_test_or_a_reason() -> None:
    left = [e.id for e in REQUIREMENTS.values() if not (e.because or TESTS.get(e.id))]

    assert left == []


def test_a_reason_is_given_only_where_there_is_no_test() -> None:
    both = [each.id for each in REQUIREMENTS.values() if each.because and TESTS.get(each.id)]

    assert both == []
