"""Statistics of measured rounds: medians with their spread, ratios within a round, slopes."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True)
class Spread:
    """The middle of some values, the least and the largest."""

    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """Return the median of values with the least and the largest.

    Raises:
        ValueError: if there are none.
    """
    if not values:
        raise ValueError("nothing was measured")
    return Spread(statistics.median(values), min(values), max(values))


def ratios(values: Sequence[float], limits: Sequence[float]) -> Spread:
    """Return the spread of each value divided by the limit of the same round.

    Arguments:
        values: one value a round.
        limits: the limit's, in the same rounds.

    Raises:
        ValueError: if the rounds differ in number, or there are none.
    """
    return spread([value / limit for value, limit in zip(values, limits, strict=True)])


def slope(points: Sequence[Point]) -> float:
    """Return the slope of the straight line through points by least squares: how much y each x adds.

    Raises:
        ValueError: if the points have fewer than two different x.
    """
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if len(set(xs)) < 2:
        raise ValueError("a slope needs two points")
    return statistics.linear_regression(xs, ys).slope


def steps(points: Sequence[Point]) -> list[float]:
    """Return the slope between each point and the next; where they rise, growth is faster than linear."""
    return [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairwise(sorted(points))]


def outgrows(costs: Sequence[Point]) -> bool:
    """Tell whether costs grow faster than the resources: whether the two largest sizes cost more for each resource.

    Arguments:
        costs: number of resources, and what they cost together.
    """
    return any(y2 / x2 > y1 / x1 for (x1, y1), (x2, y2) in pairwise(sorted(costs)[-2:]))
