"""What a sidecar traces to, read from the configuration dump of its Envoy."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from common.plain import map_at

#: Envoy's own Lightstep tracer, by its names of all releases that had it.
LIGHTSTEP_TRACERS: Final = frozenset({"envoy.lightstep", "envoy.tracers.lightstep"})

#: Where the JSON begins: nothing in the log begins a line with a brace.
_BEGIN: Final = re.compile(r"^\{", re.MULTILINE)


@dataclass(frozen=True)
class ProxyTracing:
    """One tracing configuration of a proxy.

    Arguments:
        tracer: Envoy's name of the tracer, for example `envoy.tracers.opentelemetry`.
        cluster: Envoy's name of where the spans go, for example `outbound|4317||otel-collector….local`.
    """

    tracer: str
    cluster: str


def tracing_of(dump: str) -> frozenset[ProxyTracing]:
    """Return all tracing configurations in a dump: of listeners that say one, and of the bootstrap.

    Arguments:
        dump: what `pilot-agent request GET config_dump` prints: lines of its own log, then what Envoy answers.

    Raises:
        ValueError: if it holds no JSON.
    """
    begin = _BEGIN.search(dump)
    if begin is None:
        raise ValueError("the proxy's configuration dump is not JSON")
    return frozenset(_tracing(json.loads(dump[begin.start() :])))


def _tracing(node: object) -> Iterator[ProxyTracing]:
    """Walk the dump; where Istio puts a filter's configuration differs by release, the field's name does not."""
    if isinstance(node, list):
        for each in cast("list[object]", node):
            yield from _tracing(each)
    else:
        for key, value in map_at(node).items():
            if key == "tracing":
                yield from _providers(value)
            yield from _tracing(value)


def _providers(tracing: object) -> Iterator[ProxyTracing]:
    for key in ("provider", "http"):  # of a listener, and of the bootstrap
        provider = map_at(tracing, key)
        if "name" in provider:
            yield ProxyTracing(str(provider["name"]), next(_clusters(provider.get("typed_config")), ""))


def _clusters(node: object) -> Iterator[str]:
    """Yield the clusters that a tracer's configuration names, by any of the three keys and at any depth."""
    for key, value in map_at(node).items():
        if key in {"cluster_name", "collector_cluster", "cluster"} and isinstance(value, str):
            yield value
        yield from _clusters(value)
