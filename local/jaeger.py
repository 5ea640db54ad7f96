"""How the genuine Jaeger is run: in memory, on addresses that the caller names, and on no others."""

from dataclasses import dataclass
from typing import Any, Final

#: Traces that it keeps; older ones go.
_TRACES: Final = 50_000

_STORE: Final = "memory"


@dataclass(frozen=True)
class JaegerAddresses:
    """Where it listens, each as `host:port`.

    Arguments:
        otlp_grpc: for spans over OTLP/gRPC.
        query: its query API.
        query_grpc: the same over gRPC, which it cannot do without.
        otlp_http: for spans over OTLP/HTTP; `None` (default) takes none.
    """

    otlp_grpc: str
    query: str
    query_grpc: str
    otlp_http: str | None = None


def jaeger_configuration(addresses: JaegerAddresses) -> dict[str, Any]:
    """Return its configuration file's content (Jaeger 1.65's second-generation program, `cmd/jaeger`).

    Its web page is a placeholder: what the page consists of is not in the Go module.
    """
    receivers = {"grpc": addresses.otlp_grpc, "http": addresses.otlp_http}
    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query"],
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": [], "exporters": ["jaeger_storage_exporter"]}
            },
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}},
        },
        "extensions": {
            "jaeger_query": {
                "storage": {"traces": _STORE},
                "http": {"endpoint": addresses.query},
                "grpc": {"endpoint": addresses.query_grpc},
            },
            "jaeger_storage": {"backends": {_STORE: {"memory": {"max_traces": _TRACES}}}},
        },
        "receivers": {"otlp": {"protocols": {name: {"endpoint": at} for name, at in receivers.items() if at}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": _STORE}},
    }
