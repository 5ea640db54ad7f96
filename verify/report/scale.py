"""Pictures' width and scales: from milliseconds to positions, with ticks at round figures."""

import math
from dataclasses import dataclass
from typing import Final

#: How wide a picture is, in units of its own.
WIDTH: Final = 1120


@dataclass(frozen=True)
class Scale:
    """A linear scale.

    Arguments:
        length: what is shown, in milliseconds; more than 0.
        left: where it begins in the picture.
        width: how wide it is there.
    """

    length: float
    left: float
    width: float

    def at(self, milliseconds: float) -> float:
        """Return the position of a time."""
        return self.left + milliseconds / self.length * self.width

    def ticks(self, most: int = 8) -> list[float]:
        """Return times at round figures (1, 2 or 5 times a power of ten), from 0 on, at most `most` and one."""
        least = self.length / most
        power = 10.0 ** math.floor(math.log10(least))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
        return [number * step for number in range(math.floor(self.length / step + 1e-9) + 1)]


def milliseconds(value: float) -> str:
    """Return a time for people: `0.42 ms`, `8.1 ms`, `112 ms`."""
    digits = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:.{digits}f} ms"
