"""The faults that we tell of are still in the specification.

    OCPI_SPECIFICATION=path/to/a/clone/of/ocpi/ocpi pytest tests/statement

When a test here fails, the fault was mended: the entry, and what the hub does about it, can go.
"""

import os
import re
import subprocess

import pytest

from tests.statement.errata import ERRATA, Erratum

CLONE = os.environ.get("OCPI_SPECIFICATION", "")


@pytest.mark.skipif(not CLONE, reason="OCPI_SPECIFICATION does not name a clone of ocpi/ocpi")
@pytest.mark.parametrize("erratum", ERRATA, ids=lambda each: f"{each.about}: {each.seen}")
def test_a_fault_still_stands(erratum: Erratum) -> None:
    name = f"{erratum.branch}:{erratum.file}"
    text = subprocess.run(
        ["git", "-C", CLONE, "show", name], capture_output=True, text=True, check=True
    ).stdout

    found = re.search(erratum.seen, text) is not None

    assert found is not erratum.missing, erratum.fault
