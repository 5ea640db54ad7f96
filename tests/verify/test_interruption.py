"""A signal ends a verification, whatever becomes of the exception that it raises."""

import contextlib
import signal

import pytest

from verify.interruption import Interruption
from verify.plan import STAGES


def test_a_swallowed_ctrl_c_ends_the_run_before_the_next_stage() -> None:
    interruption = Interruption()
    stages = interruption.none_before(STAGES)
    next(stages)
    with contextlib.suppress(KeyboardInterrupt):  # as a library might
        interruption.take(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as raised:
        next(stages)

    assert raised.value.args == (signal.SIGINT,)


def test_a_signal_in_the_last_stage_is_no_end_like_any_other() -> None:
    interruption = Interruption()
    stages = interruption.none_before(STAGES[:1])
    next(stages)
    with contextlib.suppress(KeyboardInterrupt):
        interruption.take(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        next(stages)


def test_without_a_signal_all_stages_come() -> None:
    assert list(Interruption().none_before(STAGES)) == list(STAGES)
