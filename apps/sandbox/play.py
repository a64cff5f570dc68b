"""Plays steps in order, each checked on both sides of the hub."""

import traceback
from collections.abc import Sequence

from apps.sandbox.handshake import HandshakeFailed
from apps.sandbox.memory import NotHeard
from apps.sandbox.scene import Scene, Unexpected
from apps.sandbox.steps import Step
from hub.ocpi.status import OcpiError

FORESEEN = (Unexpected, NotHeard, HandshakeFailed)


async def play(scene: Scene, steps: Sequence[Step], first: int = 1) -> str | None:
    """Plays steps, numbered from `first`; stops at the first that is not as expected and returns
    its name."""
    names = {name: platform.name for name, platform in scene.platforms.items()} | {"hub": "hub"}
    for number, step in enumerate(steps, start=first):
        what = step.what.format(**names)
        with scene.report.step(number, step.who.format(**names), what):
            try:
                seen = await step.act(scene)
                _nobody_complains(scene)
            except Exception as error:
                scene.report.failed(_said(error))
                return f"{number}, {what}"
            scene.report.done(seen)
    return None


def _said(error: Exception) -> str:
    """What went wrong; for what no step foresees, where as well."""
    if isinstance(error, OcpiError):
        return error.message
    if isinstance(error, FORESEEN):
        return str(error)
    return "".join(traceback.format_exception(error))


def _nobody_complains(scene: Scene) -> None:
    for platform in scene.platforms.values():
        if platform.complaints:
            first, more = platform.complaints[0], len(platform.complaints) - 1
            raise Unexpected(
                f"{platform.name} complains: {first}" + (f" (and {more} more)" if more else "")
            )
