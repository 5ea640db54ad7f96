"""The part of docs/performance.md that is measured: tables as ratios, and the pictures beside it."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.contenders import Helm
from bench.cost import Cost
from bench.figures import Point, Spread, outgrows, ratios, slope, spread, steps
from bench.floor import PROGRAMS
from bench.plot import bars, curves
from bench.rounds import LIMIT, Operation, Record
from reference.writing import table

#: The lines of the page between which the measured part stands.
BEGIN: Final = "<!-- Written by `make bench`; what people write stands outside. -->"

#: Names of the pictures, beside the page.
RATIOS_PICTURE: Final = "performance-ratios.svg"
GROWTH_PICTURE: Final = "performance-growth.svg"

#: The operations whose growth is measured.
_GROWING: Final = (Operation.FIRST_UP, Operation.NOTHING_CHANGED)


@dataclass(frozen=True)
class Metric:
    """One thing that is measured of each operation.

    Arguments:
        title: heading of its table.
        of: takes it from a cost.
        unit: its unit, in which the limit's own figure is given.
    """

    title: str
    of: Callable[[Cost], float]
    unit: str


_CPU: Final = Metric("CPU time", lambda cost: cost.cpu, "s")
_WALL: Final = Metric("Wall time", lambda cost: cost.wall, "s")
_METRICS: Final = (
    _CPU,
    _WALL,
    Metric("Peak memory", lambda cost: cost.memory, "MiB"),
    Metric("CPU time of the sandbox's own servers meanwhile", lambda cost: cost.servers, "s"),
)


@dataclass(frozen=True)
class Conditions:
    """Where and when was measured.

    Arguments:
        command: the command that measured.
        date: the day, as text.
        processors: number of processors.
        memory: memory of the machine, in GiB.
        loads: load average over a minute at the begin and at the end.
    """

    command: str
    date: str
    processors: int
    memory: float
    loads: tuple[float, float]


def measured_part(records: Sequence[Record], conditions: Conditions) -> str:
    """Return the Markdown of everything that was measured."""
    everyday, growing = _everyday_records(records), [each for each in records if each.size]
    sections = [*_everyday(everyday), *_floor(records), *_growth(growing)]
    return "\n".join([_conditions(records, conditions), *sections])


def pictures(records: Sequence[Record]) -> Mapping[str, str]:
    """Return the name of each picture and its SVG."""
    rows = _ratio_rows(_everyday_records(records), _CPU)
    growing = [each for each in records if each.size]
    series = {
        f"{contender}: {operation}": _points(growing, contender, operation)
        for contender in _contenders(growing)
        for operation in _GROWING
    }
    return {
        RATIOS_PICTURE: bars(f"CPU time beside {LIMIT} (dashed: 1)", rows),
        GROWTH_PICTURE: curves("CPU time in s by namespaces with sidecars", "namespaces", series),
    }


def _everyday_records(records: Iterable[Record]) -> list[Record]:
    """Return the records of those who make the objects: without the growth and Pulumi's floor."""
    return [each for each in records if not each.size and each.contender not in PROGRAMS]


def _conditions(records: Sequence[Record], conditions: Conditions) -> str:
    rounds = max(each.round for each in records)
    before, after = conditions.loads
    return (
        f"Measured on {conditions.date} by `{conditions.command}`, {rounds} rounds: {conditions.processors} processors "
        f"and {conditions.memory:.0f} GiB of memory; load average {before:.1f} before and {after:.1f} after. "
        f"A load above the contenders' own means that others used the machine too.\n"
    )


def _everyday(records: Sequence[Record]) -> Iterator[str]:
    yield (
        f"Each cell is the median of the ratios to `{LIMIT}` in the same round, with the least and the largest; "
        "the last column is the median of that itself.\n"
    )
    yield f"![CPU time as ratios]({RATIOS_PICTURE})\n"
    for metric in _METRICS:
        yield f"### {metric.title}\n"
        yield _ratio_table(records, metric)
    yield "### Where the CPU time of traced-mesh goes\n"
    yield _programs_table(records)


def _ratio_table(records: Sequence[Record], metric: Metric) -> str:
    rows = _ratio_rows(records, metric)
    limits = _values(records, metric, LIMIT)
    others = list(next(iter(rows.values())))
    return table(
        ["operation", *others, f"`{LIMIT}`"],
        (
            [name, *(_in_words(each) for each in row.values()), f"{statistics.median(limits[name]):.1f} {metric.unit}"]
            for name, row in rows.items()
        ),
    )


def _ratio_rows(records: Sequence[Record], metric: Metric) -> dict[str, dict[str, Spread]]:
    """Return operation -> contender -> its ratio to the limit."""
    limits = _values(records, metric, LIMIT)
    others = {each: _values(records, metric, each) for each in _contenders(records) if each != LIMIT}
    return {
        operation: {other: ratios(values[operation], limits[operation]) for other, values in others.items()}
        for operation in limits
    }


def _values(records: Iterable[Record], metric: Metric, contender: str) -> dict[str, list[float]]:
    """Return a contender's values by operation, one a round."""
    values: dict[str, list[float]] = {}
    for each in sorted(records, key=lambda record: record.round):
        if each.contender == contender:
            values.setdefault(each.operation, []).append(metric.of(each.cost))
    return values


def _programs_table(records: Sequence[Record]) -> str:
    """Return the table of the parts that each program has in this program's processor time."""
    ours = [each for each in records if each.contender == _contenders(records)[0]]
    operations = list(dict.fromkeys(each.operation for each in ours))
    shares = {
        operation: _shares([each.cost for each in ours if each.operation == operation]) for operation in operations
    }
    names = sorted({name for share in shares.values() for name in share})
    return table(
        ["program", *operations],
        ([name, *(f"{shares[operation].get(name, 0):.0%}" for operation in operations)] for name in names),
    )


def _shares(costs: Sequence[Cost]) -> dict[str, float]:
    """Return each program's median part in what was seen of all of them; those below 1 % are left out."""
    totals = [sum(cost.programs.values()) for cost in costs]
    names = {name for cost in costs for name in cost.programs}
    shares = {
        name: statistics.median(
            [cost.programs.get(name, 0.0) / total for cost, total in zip(costs, totals, strict=True) if total]
        )
        for name in names
    }
    return {name: share for name, share in shares.items() if share >= 0.01}


def _floor(records: Sequence[Record]) -> Iterator[str]:
    """Yield what Pulumi costs by itself beside helm, which has made every object of the environment meanwhile."""
    everyday = [each for each in records if not each.size]
    floors = [each for each in _contenders(everyday) if each in PROGRAMS]
    names = [*floors, *_contenders(everyday)[:1]]
    yield "### Pulumi's own part\n"
    yield (
        f"Programs that make nothing, or one object, beside {Helm.name}, which makes all of them: ratios as above, now "
        f"to {Helm.name} in the same round. No program that Pulumi runs can go below the first column.\n"
    )
    for metric in (_CPU, _WALL):
        peer = _values(everyday, metric, Helm.name)
        values = {name: _values(everyday, metric, name) for name in names}
        yield table(
            [f"{metric.title} of", *names, Helm.name],
            (
                [
                    operation,
                    *(_in_words(ratios(values[name][operation], peer[operation])) for name in names),
                    f"{statistics.median(peer[operation]):.1f} {metric.unit}",
                ]
                for operation in values[floors[0]]
            ),
        )


def _growth(records: Sequence[Record]) -> Iterator[str]:
    yield "### Growth\n"
    yield (
        "So many namespaces with sidecars, each with an application. CPU time is the median in seconds; the slope is "
        "what one more namespace adds, between the size above and this one.\n"
    )
    yield f"![CPU time by namespaces]({GROWTH_PICTURE})\n"
    columns = [(contender, operation) for contender in _contenders(records) for operation in _GROWING]
    sizes = {each.size: each.resources for each in records}
    points = {column: _points(records, *column) for column in columns}
    slopes = {column: ["", *(f", slope {each:.3f}" for each in steps(points[column]))] for column in columns}
    yield table(
        ["namespaces", "objects", *(f"{contender}: {operation}" for contender, operation in columns)],
        (
            [str(size), str(sizes[size]), *(f"{points[each][row][1]:.1f}{slopes[each][row]}" for each in columns)]
            for row, size in enumerate(sorted(sizes))
        ),
    )
    for contender, operation in columns:
        yield _growth_in_words(contender, operation, points[contender, operation], sizes)


def _growth_in_words(contender: str, operation: Operation, points: Sequence[Point], sizes: Mapping[int, int]) -> str:
    per_resource = [(sizes[int(size)], cpu) for size, cpu in points]
    verdict = "grows faster than the objects" if outgrows(per_resource) else "grows no faster than the objects"
    each_new = f"{slope(points):.3f} s of CPU time for each new namespace by least squares"
    return f"- {contender}, {operation}: {each_new}; {verdict}."


def _points(records: Sequence[Record], contender: str, operation: Operation) -> list[Point]:
    """Return the median of the processor time by size."""
    chosen = [each for each in records if each.contender == contender and each.operation == operation]
    sizes = sorted({each.size for each in chosen})
    return [(size, spread([each.cost.cpu for each in chosen if each.size == size]).median) for size in sizes]


def _contenders(records: Iterable[Record]) -> list[str]:
    """Return the contenders by the order of the first round, in which this program begins."""
    return list(dict.fromkeys(each.contender for each in records))


def _in_words(ratio: Spread) -> str:
    return f"{ratio.median:.1f} ({ratio.least:.1f} to {ratio.most:.1f})"
