"""Signals to stop: each raises KeyboardInterrupt, and is remembered where Python drops that.

Python drops what is raised inside a destructor, or just as a process is started.
"""

import signal
import sys
import threading
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_interrupted = threading.Event()


def install() -> None:
    """From here on signals to stop raise KeyboardInterrupt in the main thread."""
    sys.unraisablehook = _tell_of_dropped
    for number in STOPPING:
        signal.signal(number, interrupt)


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """The handler."""
    _interrupted.set()
    raise KeyboardInterrupt


def notice() -> None:
    """Raises KeyboardInterrupt after a signal to stop. To be called in every loop that waits, and
    after each step of the start."""
    if _interrupted.is_set():
        raise KeyboardInterrupt


def forget() -> None:
    """As if there had been none."""
    _interrupted.clear()


def _tell_of_dropped(dropped: "sys.UnraisableHookArgs") -> None:
    """What is dropped is written down with a traceback, but for the signal, which is noticed."""
    if dropped.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(dropped)
