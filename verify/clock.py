"""The time, which tests let pass as they like."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Clock:
    """The time, and how to let it pass.

    Arguments:
        now: says the time, in seconds.
        sleep: waits for that many seconds.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


#: The time as it is.
CLOCK: Final = Clock()
