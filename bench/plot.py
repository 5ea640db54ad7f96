"""Pictures of the figures as SVG: bars of ratios, and curves of growth."""

from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from bench.figures import Point, Spread

#: Colours that people with any colour vision tell apart (Okabe and Ito, https://jfly.uni-koeln.de/color/).
_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7")

_WIDTH: Final = 760
_LEFT: Final = 150
_RIGHT: Final = 60
_BAR: Final = 16
_GAP: Final = 14
_CURVES_HEIGHT: Final = 230

#: Where the legend begins, and the height of each of its lines.
_LEGEND: Final = 30
_LEGEND_LINE: Final = 16


def bars(title: str, rows: Mapping[str, Mapping[str, Spread]]) -> str:
    """Return a picture of ratios: a group of bars for each row, each bar as long as the median, with its spread.

    Arguments:
        title: what is shown.
        rows: row -> contender -> the ratio. Each row has the same contenders.
    """
    contenders = list(next(iter(rows.values())))
    largest = max(spread.most for row in rows.values() for spread in row.values())
    scale = (_WIDTH - _LEFT - _RIGHT) / largest
    begin = top = _below_legend(len(contenders))
    lines: list[str] = []
    for row, ratios in rows.items():
        lines.append(_text(_LEFT - 8, top + len(ratios) * _BAR / 2 + 4, row, anchor="end"))
        for contender, spread in ratios.items():
            lines += _bar(top, spread, scale, _COLOURS[contenders.index(contender)])
            top += _BAR
        top += _GAP
    one = _LEFT + scale
    lines.append(_line((one, begin - 5), (one, top - _GAP + 5), "#555555", "4 3"))
    return _picture(top, title, [*_legend(contenders), *lines])


def curves(title: str, x_label: str, series: Mapping[str, Sequence[Point]]) -> str:
    """Return a picture of curves from the origin, with a mark at each point.

    Arguments:
        title: what is shown, with the unit of y.
        x_label: what x is.
        series: name -> points.
    """
    points = [point for each in series.values() for point in each]
    x_most, y_most = max(x for x, _ in points), max(y for _, y in points)
    top, left = _below_legend(len(series)) + 10, 60
    bottom = top + _CURVES_HEIGHT

    def place(point: Point) -> Point:
        x, y = point
        return left + x / x_most * (_WIDTH - left - _RIGHT), bottom - y / y_most * _CURVES_HEIGHT

    lines = [_line((left, bottom), (_WIDTH - _RIGHT, bottom), "#555555"), _line((left, top), (left, bottom), "#555555")]
    lines += [_text(place((x, 0))[0], bottom + 16, f"{x:g}") for x in sorted({x for x, _ in points})]
    lines.append(_text((left + _WIDTH - _RIGHT) / 2, bottom + 34, x_label))
    lines.append(_text(left - 6, top + 4, f"{y_most:.0f}", anchor="end"))
    for colour, each in zip(_COLOURS, series.values(), strict=False):
        placed = [place(point) for point in sorted(each)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed]
    return _picture(bottom + 45, title, [*_legend(list(series)), *lines])


def _bar(top: float, spread: Spread, scale: float, colour: str) -> list[str]:
    width, middle = spread.median * scale, top + (_BAR - 2) / 2
    return [
        f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR - 2}" fill="{colour}"/>',
        _line((_LEFT + spread.least * scale, middle), (_LEFT + spread.most * scale, middle), "#000000"),
        _text(_LEFT + spread.most * scale + 5, top + _BAR - 4, f"{spread.median:.1f}", anchor="start"),
    ]


def _legend(names: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for number, (colour, name) in enumerate(zip(_COLOURS, names, strict=False)):
        top = _LEGEND + number * _LEGEND_LINE
        lines.append(f'<rect x="12" y="{top}" width="10" height="10" fill="{colour}"/>')
        lines.append(_text(28, top + 9, name, anchor="start"))
    return lines


def _below_legend(names: int) -> float:
    return _LEGEND + names * _LEGEND_LINE + 10


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(begin: Point, end: Point, colour: str, dashes: str = "none") -> str:
    (x1, y1), (x2, y2) = begin, end
    where = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {where} stroke="{colour}" stroke-dasharray="{dashes}"/>'


def _picture(height: float, title: str, lines: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" '
    head += 'font-family="sans-serif" font-size="12">'
    background = '<rect width="100%" height="100%" fill="#ffffff"/>'
    heading = f'<text x="12" y="20" font-size="14" font-weight="bold">{escape(title)}</text>'
    return "\n".join([head, background, heading, *lines, "</svg>", ""])
