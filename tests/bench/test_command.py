"""The command line of `make bench`."""

import pytest

from bench import measuring
from bench.command import bench


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What would have been measured."""
    calls: list[tuple[object, ...]] = []

    def measure(*arguments: object) -> None:
        calls.append(arguments)

    monkeypatch.setattr(measuring, "measure", measure)
    return calls


def test_five_rounds_and_four_sizes_are_the_default(measured: list[tuple[object, ...]]) -> None:
    assert bench([]) == 0
    assert measured == [(5, (1, 10, 50, 200), "make bench")]


def test_the_command_is_noted_as_it_was_typed(measured: list[tuple[object, ...]]) -> None:
    bench(["--rounds", "2", "--sizes", "10,1"])

    assert measured == [(2, [1, 10], "make bench 'ARGS=--rounds 2 --sizes 10,1'")]


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--sizes", "10"], ["--sizes", "10,10"], ["--sizes", "a,b"]])
def test_what_gives_no_median_or_slope_is_refused(arguments: list[str], measured: list[tuple[object, ...]]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench(arguments)

    assert ended.value.code == 2
    assert measured == []
