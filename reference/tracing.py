"""The generated part of `docs/tracing.md`: the tables of Istio versions, their values, and the tables of backends."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import yaml
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import Backend
from components.backends.presets import PRESETS, BackendPreset
from components.constants.choices import TracingMode
from components.kubernetes.secret_values import revealed
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values
from components.versions.istio import TABLE, VersionRow
from components.versions.support import LIMITS, SUPPORT
from reference.alerts import alerts
from reference.backends import backends
from reference.block_yaml import BlockDumper

_TOKEN: Final = "<access token>"  # noqa: S105 - a placeholder
_BACKEND: Final = Backend(
    BackendAddress("lightstep-satellite.lightstep", 9292),
    tls=True,
    token_header=PRESETS[BackendPreset.LIGHTSTEP_SATELLITES].token_header,
)


def tables() -> str:
    """Return the generated part of the page, Markdown."""
    return "\n".join([*_modes(), "", *_values(), *_support(), "", *_limits(), "", *backends(), *alerts()])


def _modes() -> Iterator[str]:
    yield "### Modes by version"
    yield ""
    yield "| Istio | modes, the default first | Telemetry | the access token stands in | source |"
    yield "|---|---|---|---|---|"
    for row, versions in _ranges():
        modes = ", ".join(f"`{mode}`" for mode in row.modes)
        if row.obstacle:
            modes += f" (not installed by this program: {row.obstacle})"
        elif row.proxy_lacks_tracer:
            modes += " (only with proxy images of your own: Istio's lack the tracer)"
        token = "; ".join(f"{mode}: {_token_place(_plan(row, mode))}" for mode in row.modes)
        yield f"| {versions} | {modes} | `{row.telemetry_api}` | {token} | {row.source} |"


def _plan(row: VersionRow, mode: TracingMode) -> TracingPlan:
    """Return how the pool of the examples is traced to with the first version of a row."""
    return TracingPlan(row.since, mode, _BACKEND, token=SecretStr(_TOKEN))


def _token_place(plan: TracingPlan) -> str:
    if plan.token_is_in_the_mesh_configuration:
        return "ConfigMap `istio`, plain"
    return "a Secret in each namespace with sidecars" if plan.token_is_a_file else "a Secret beside the Collector"


def _values() -> Iterator[str]:
    yield "### What the charts are given"
    yield ""
    yield f"For an on-premise pool `{_BACKEND.address}` with TLS, all requests traced."
    yield ""
    for (row, versions), mode in ((entry, mode) for entry in _ranges() for mode in entry[0].modes):
        text = yaml.dump(revealed(tracing_values(_plan(row, mode))), Dumper=BlockDumper, sort_keys=False, width=116)
        yield f"<details><summary>Istio {versions}, <code>{mode}</code></summary>"
        yield ""
        yield f"```yaml\n{text}```"
        yield ""
        yield "</details>"
        yield ""


def _support() -> Iterator[str]:
    yield "### Support by Istio's maintainers"
    yield ""
    yield "| Istio | released | support ended | Kubernetes |"
    yield "|---|---|---|---|"
    for row in reversed(SUPPORT):
        kubernetes = " to ".join(map(str, row.kubernetes)) if row.kubernetes else "not found"
        yield f"| {row.istio} | {row.released or 'not found'} | {row.ends or 'not announced'} | {kubernetes} |"


def _limits() -> Iterator[str]:
    yield "### Kubernetes versions on which the charts can be installed at all"
    yield ""
    yield "| Istio | oldest | newest | because |"
    yield "|---|---|---|---|"
    following = [f"to {later.since} (not included)" for _, later in pairwise(LIMITS)]
    for row, until in zip(LIMITS, [*following, "and newer"], strict=True):
        yield f"| {row.since} {until} | {row.oldest or 'no limit'} | {row.newest or 'no limit'} | {row.reason} |"


def _ranges() -> Iterator[tuple[VersionRow, str]]:
    """Yield each row with the versions that it is for, in words."""
    for row, later in pairwise(TABLE):
        yield row, f"{row.since} to {later.since} (not included)"
    yield TABLE[-1], f"{TABLE[-1].since} and newer"
