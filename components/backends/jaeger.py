"""How Jaeger 2 is configured: on addresses that the caller names and on no others, with one store."""

from dataclasses import dataclass
from typing import Any, Final

#: Traces that it keeps in memory; older ones go.
MAX_TRACES: Final = 10_000

#: How long it keeps traces on a volume: a week, so that what is seen on a Friday can be looked at on a Monday.
SPANS_TTL: Final = "168h"

_STORE: Final = "store"


@dataclass(frozen=True)
class JaegerAddresses:
    """Where it listens, each as `host:port`.

    Arguments:
        otlp_grpc: for spans over OTLP/gRPC.
        query: its page and query API.
        query_grpc: the API over gRPC, which it cannot do without.
        otlp_http: for spans over OTLP/HTTP; `None` (default) takes none.
        health: tells whether it is ready, at path `/status`; `None` (default) tells nobody.
    """

    otlp_grpc: str
    query: str
    query_grpc: str
    otlp_http: str | None = None
    health: str | None = None


def jaeger_configuration(addresses: JaegerAddresses, folder: str | None = None) -> dict[str, Any]:
    """Return its configuration file's content.

    Source: jaeger v1.76.0, which is Jaeger 2.13.0, `cmd/jaeger`: `config.yaml`, `config-badger.yaml`.

    Arguments:
        addresses: where it listens.
        folder: where it keeps traces, by Badger; `None` (default) keeps them in memory.
    """
    receivers = {"grpc": addresses.otlp_grpc, "http": addresses.otlp_http}
    health = {"healthcheckv2": {"use_v2": True, "http": {"endpoint": addresses.health}}} if addresses.health else {}
    extensions = {
        "jaeger_storage": {"backends": {_STORE: _store(folder)}},
        "jaeger_query": {
            "storage": {"traces": _STORE},
            # Each question would otherwise be a trace of its own beside those that people look for.
            "enable_tracing": False,
            "http": {"endpoint": addresses.query},
            "grpc": {"endpoint": addresses.query_grpc},
        },
        **health,
    }
    return {
        "service": {
            "extensions": list(extensions),
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": [], "exporters": ["jaeger_storage_exporter"]}
            },
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}},
        },
        "extensions": extensions,
        "receivers": {"otlp": {"protocols": {name: {"endpoint": at} for name, at in receivers.items() if at}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": _STORE}},
    }


def _store(folder: str | None) -> dict[str, Any]:
    if folder is None:
        return {"memory": {"max_traces": MAX_TRACES}}
    directories = {"keys": f"{folder}/keys", "values": f"{folder}/values"}
    return {"badger": {"directories": directories, "ephemeral": False, "ttl": {"spans": SPANS_TTL}}}
