"""Waiting for something that nobody announces."""

import time
from collections.abc import Callable


def holds_within(seconds: float, condition: Callable[[], bool], pause: float = 0.05) -> bool:
    """Wait until a condition holds, at most `seconds`; tell whether it does.

    Arguments:
        seconds: the most that is waited; the condition is asked once in any case.
        condition: what is waited for.
        pause: seconds between two questions. Default 0.05.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
