"""The waterfall of a trace: a row for each span in the order of the tree, its bar to scale."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from verify.report.scale import WIDTH, Scale, milliseconds
from verify.traces.model import Kind, Span, Trace

#: Measures of the picture, in the units of its width.
LABELS: Final = 400
RIGHT: Final = 70
TOP: Final = 34
ROW: Final = 26
_INDENT: Final = 14
_LEAST_BAR: Final = 1.5

#: About how wide a character of a bar's label is.
_CHARACTER: Final = 7.0


@dataclass(frozen=True)
class Bar:
    """A span in the picture.

    Arguments:
        span: the span.
        label: its service and side.
        indent: where its label begins.
        y: where its row begins.
        x: where its bar begins.
        width: how wide its bar is.
        text: its duration.
        text_x: where that stands.
        anchor: at which end, as SVG has it.
        colour: the number of its service's colour.
    """

    span: Span
    label: str
    indent: float
    y: float
    x: float
    width: float
    text: str
    text_x: float
    anchor: str
    colour: int


@dataclass(frozen=True)
class Waterfall:
    """The picture.

    Arguments:
        trace_id: the trace's id.
        bars: its spans from top to bottom.
        ticks: where the time axis has its ticks, and what they say.
        height: the picture's height.
    """

    trace_id: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float
    width: float = WIDTH
    top: float = TOP
    row: float = ROW


def waterfall(trace: Trace, colours: Mapping[str, int]) -> Waterfall:
    """Return the picture of a trace with at least one span.

    Arguments:
        trace: the trace.
        colours: the number of each service's colour.
    """
    begin = min(span.start for span in trace.spans)
    length = max(span.end for span in trace.spans) - begin
    scale = Scale(max(length, 1) / 1000, LABELS, WIDTH - LABELS - RIGHT)
    bars = tuple(
        _bar(span, depth, number, begin, scale, colours) for number, (span, depth) in enumerate(_in_order(trace))
    )
    ticks = tuple((round(scale.at(tick), 2), f"{tick:g} ms") for tick in scale.ticks())
    return Waterfall(trace.trace_id, bars, ticks, TOP + ROW * len(bars) + 8)


def _bar(span: Span, depth: int, number: int, begin: int, scale: Scale, colours: Mapping[str, int]) -> Bar:
    x = scale.at((span.start - begin) / 1000)
    width = max(_LEAST_BAR, scale.at((span.end - begin) / 1000) - x)
    text = milliseconds(span.duration / 1000)
    fits = x + width + 6 + len(text) * _CHARACTER < WIDTH
    version = f" {span.version}" if span.version and span.version != "v1" else ""
    return Bar(
        span,
        f"{span.service}{version}",
        8 + depth * _INDENT,
        TOP + number * ROW,
        round(x, 2),
        round(width, 2),
        text,
        round(x + width + 6 if fits else x - 6, 2),
        "start" if fits else "end",
        colours.get(span.service, 0),
    )


def _in_order(trace: Trace) -> Iterator[tuple[Span, int]]:
    """Yield each span after its parent, with its depth; spans without a parent here come in the order of time."""
    seen: set[tuple[str, Kind]] = set()

    def walk(span: Span, depth: int) -> Iterator[tuple[Span, int]]:
        if (span.span_id, span.kind) in seen:
            return
        seen.add((span.span_id, span.kind))
        yield span, depth
        for child in trace.children(span):
            yield from walk(child, depth + 1)

    for span in trace.spans:
        if trace.parent(span) is None:
            yield from walk(span, 0)
    for span in trace.spans:  # of a circle, which no sane tracer makes
        yield from walk(span, 0)
