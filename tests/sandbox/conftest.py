"""Two simulated platforms that know each other without a hub between them."""

from collections.abc import Iterator

import pytest

from tests.platforms import CPO, MSP, Platform, Playground, playground


@pytest.fixture(scope="session")
def here() -> Iterator[Playground]:
    with playground() as made:
        yield made


@pytest.fixture
def cpo(here: Playground) -> Iterator[Platform]:
    made = here.platform("Heron & Ohm", CPO)
    yield made
    made.close()


@pytest.fixture
def msp(here: Playground, cpo: Platform) -> Iterator[Platform]:
    """An eMSP that has registered with the CPO."""
    made = here.platform("Otter Card", MSP)
    made.register(*cpo.invite())
    yield made
    made.close()
