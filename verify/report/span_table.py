"""The table of spans: of each span that a trace must have, how many were expected and found."""

from collections import Counter
from dataclasses import dataclass

from verify.traces.bookinfo import expected
from verify.traces.observation import Observation


@dataclass(frozen=True)
class Row:
    """A kind of span, for example `client span of productpage.bookinfo for details.bookinfo`."""

    name: str
    expected: int
    found: int

    @property
    def missing(self) -> int:
        """How many are not there."""
        return self.expected - self.found


def span_table(seen: Observation) -> list[Row]:
    """Return a row for each kind of span, in the order of the calls, and the sum of all as the last."""
    wanted: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for each in seen.reviews:
        wanted.update(str(slot) for slot in expected(seen.naming, each.trace))
        missing.update(str(slot) for slot in each.missing)
    rows = [Row(name, count, count - missing[name]) for name, count in wanted.items()]
    further = seen.expected - sum(row.expected for row in rows)
    if further:  # calls that were made twice
        found = seen.found - sum(row.found for row in rows)
        rows.append(Row("spans of repeated calls", further, found))
    return [*rows, Row("all spans", seen.expected, seen.found)]
