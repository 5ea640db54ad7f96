"""The table of alerts in `docs/tracing.md`."""

from collections.abc import Iterator

from components.tracing.collector.alerts import ALERTS


def alerts() -> Iterator[str]:
    """Yield the lines of the part about alerts, Markdown."""
    yield "## Alerts"
    yield ""
    yield "| alert | severity | says | when this holds for | in PromQL |"
    yield "|---|---|---|---|---|"
    for each in ALERTS:
        yield f"| `{each.name}` | {each.severity} | {each.summary} {each.fix} | {each.lasting} | `{each.expression}` |"
    yield ""
