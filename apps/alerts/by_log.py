"""Notices as lines of the log: WARNING when something began, INFO when it is over."""

import logging
from collections.abc import Sequence

from apps.alerts.models import Notice

log = logging.getLogger("apps.alerts")
LEVELS = {Notice.Event.RAISED: logging.WARNING}


async def send(notices: Sequence[Notice]) -> str:
    """Writes a line for each."""
    for notice in notices:
        level, alert = LEVELS.get(Notice.Event(notice.event), logging.INFO), notice.alert
        if alert is None:
            log.log(level, "%s: %s", notice.event, notice.text)
        else:
            log.log(level, "%s %s, %s: %s", notice.event, alert.kind, alert.about, notice.text)
    return "written"
