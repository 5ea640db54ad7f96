"""Medians, ratios and slopes, by figures that can be checked by hand."""

import pytest

from bench.figures import Spread, outgrows, ratios, slope, spread, steps


def test_a_spread_is_median_least_and_largest() -> None:
    assert spread([3.0, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0)


def test_nothing_measured_has_no_spread() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_ratios_are_taken_within_each_round() -> None:
    # The median of ratios is 3; the ratio of medians, 4 / 2, would be 2.
    assert ratios([3.0, 4.0, 30.0], [1.0, 2.0, 3.0]) == Spread(3.0, 2.0, 10.0)


def test_rounds_that_lack_a_limit_are_no_ratio() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0, 2.0], [1.0])


def test_a_slope_is_what_each_more_adds() -> None:
    assert slope([(1, 5.0), (10, 9.5), (50, 29.5)]) == pytest.approx(0.5)


def test_a_slope_of_one_size_is_refused() -> None:
    with pytest.raises(ValueError, match="two points"):
        slope([(10, 1.0), (10, 2.0)])


def test_steps_show_growth_that_rises() -> None:
    assert steps([(50, 40.0), (1, 1.0), (11, 6.0)]) == pytest.approx([0.5, 34 / 39])


@pytest.mark.parametrize(
    ("costs", "faster"),
    [
        ([(100, 10.0), (150, 12.0), (300, 20.0)], False),  # the constant part counts for less and less
        ([(100, 10.0), (150, 15.0), (300, 30.0)], False),
        ([(100, 10.0), (150, 12.0), (300, 40.0)], True),
    ],
)
def test_growth_is_judged_by_the_cost_of_each_resource(costs: list[tuple[float, float]], *, faster: bool) -> None:
    assert outgrows(costs) is faster
