"""A planning that breaks off is made again, and books what it was to book."""

from typing import Any

import pytest

from apps.sync import plan as planning
from apps.sync.models import Pull
from tests.hub import Hub
from tests.platforms import Platform
from tests.sync.pulling import last, pull, source


def test_a_list_that_is_wanted_again_is_pulled_though_the_planning_breaks_off(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull()
    hub.change(cpo, not_pulled=["tariffs"])
    pull()
    assert not source("tariffs").active
    before = last("tariffs").pk
    hub.change(cpo, not_pulled=[])

    class Killed(BaseException):
        pass

    def dies(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(planning, "book", dies)
        with pytest.raises(Killed):
            pull()
    pull()
    assert source("tariffs").active
    assert Pull.objects.filter(source=source("tariffs"), pk__gt=before).exists()
