"""Users and scripts of the operator's API."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def operator_user(hub: Any) -> Iterator[Any]:
    """A member of the group operator."""
    from tests.api.scripts import of_group

    with of_group("operator") as made:
        yield made


@pytest.fixture
def script(operator_user: Any) -> Any:
    """A script that may do what operators may."""
    from apps.operators.models import Scope
    from tests.api.scripts import Script, token

    return Script(token(operator_user, Scope.ACT))


@pytest.fixture
def auditing(hub: Any) -> Iterator[Any]:
    """A script of an auditor."""
    from apps.operators.models import Scope
    from tests.api.scripts import Script, of_group, token

    with of_group("auditor", name="auditor") as made:
        yield Script(token(made, Scope.AUDIT))
