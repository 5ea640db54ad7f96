"""Ctrl-C and its relatives, which end a verification even where a library swallows the exception that they raise."""

import signal
from collections.abc import Iterable, Iterator
from types import FrameType

from verify.stage import Stage


class Interruption:
    """Remembers the signal that asked the verification to end."""

    def __init__(self) -> None:
        self._number: int | None = None

    def listen(self) -> None:
        """Raise `KeyboardInterrupt`, with the signal's number, at SIGINT, SIGTERM and SIGHUP from now on.

        Unlike Ctrl-C, the end of a terminal or of a CI job would otherwise leave the cursor hidden and no message.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.take)

    def take(self, number: int, _frame: FrameType | None = None) -> None:
        """Take note of a signal and raise `KeyboardInterrupt`."""
        self._number = number
        raise KeyboardInterrupt(number)

    def none_before(self, stages: Iterable[Stage]) -> Iterator[Stage]:
        """Yield stages; raise `KeyboardInterrupt` before the next one, or the end, if a signal has come."""
        for stage in stages:
            self._check()
            yield stage
        self._check()

    def _check(self) -> None:
        if self._number is not None:
            raise KeyboardInterrupt(self._number)
