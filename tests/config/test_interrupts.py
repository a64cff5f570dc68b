"""A signal to stop is noticed, wherever it comes."""

import signal

import pytest

from config import interrupts


def test_a_signal_whose_exception_is_lost_is_noticed_all_the_same():
    """Python drops what is raised inside a destructor; the next round of waiting must end then."""
    try:
        with pytest.raises(KeyboardInterrupt):  # as if this had gone nowhere
            interrupts.interrupt(signal.SIGINT, None)
        with pytest.raises(KeyboardInterrupt):
            interrupts.notice()
    finally:
        interrupts.forget()
    interrupts.notice()
