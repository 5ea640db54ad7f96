"""Asks an istiod, as a sidecar would, for its listeners, and prints how they trace.

    python -m tests.support.xds 127.0.0.1:15010 < node.json

Standard input: the sidecar's node (`envoy.config.core.v3.Node`) as JSON. Output: the `tracing` of its HTTP connection
managers as JSON. It is a program of its own, since Envoy's protocol and Pulumi's both define `google.rpc.Status`, which
no process can hold twice.
"""

import json
import sys
from importlib import import_module
from typing import Any, Final

# gRPC and Envoy's protocol, which carry no types.
grpc: Final[Any] = import_module("grpc")
json_format: Final[Any] = import_module("google.protobuf.json_format")
ads: Final[Any] = import_module("envoy.service.discovery.v3.ads_pb2_grpc")
discovery: Final[Any] = import_module("envoy.service.discovery.v3.discovery_pb2")
listeners: Final[Any] = import_module("envoy.config.listener.v3.listener_pb2")
http: Final[Any] = import_module(
    "envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2"
)
# Known to the JSON format from then on.
import_module("envoy.config.trace.v3.opentelemetry_pb2")

LISTENER: Final = "type.googleapis.com/envoy.config.listener.v3.Listener"


def main() -> None:
    """Ask, and print."""
    request = discovery.DiscoveryRequest(type_url=LISTENER)
    json_format.ParseDict(json.load(sys.stdin), request.node)
    with grpc.insecure_channel(sys.argv[1]) as channel:
        stream = ads.AggregatedDiscoveryServiceStub(channel).StreamAggregatedResources(iter([request]), timeout=30)
        answer = next(iter(stream))
    found = [tracing for resource in answer.resources for tracing in _tracings(resource.value)]
    json.dump([json_format.MessageToDict(tracing) for tracing in found], sys.stdout)


def _tracings(listener: bytes) -> list[Any]:
    parsed = listeners.Listener.FromString(listener)
    chains = [
        *parsed.filter_chains,
        *([parsed.default_filter_chain] if parsed.HasField("default_filter_chain") else []),
    ]
    found: list[Any] = []
    for chain in chains:
        for network_filter in chain.filters:
            manager = http.HttpConnectionManager()
            if network_filter.typed_config.Unpack(manager) and manager.HasField("tracing"):
                found.append(manager.tracing)
    return found


if __name__ == "__main__":
    main()
