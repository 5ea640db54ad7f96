"""Small tracing backends on the loopback address that note with which headers spans arrive."""

import contextlib
import gzip
import queue
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

import httpx

from components.backends.backend import OtlpProtocol
from local.ports import LOOPBACK
from tests.support.served import Asked, Reply, Trust, serving

grpc: Final[Any] = import_module("grpc")
trace_service: Final[Any] = import_module("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
trace_service_grpc: Final[Any] = import_module("opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc")

#: `STATUS_CODE_ERROR` of OTLP.
_ERROR: Final = 2

#: Longest wait for spans, in seconds; they take a fraction of one.
_PATIENCE: Final = 30


@dataclass(frozen=True)
class Arrival:
    """Spans that have arrived.

    Arguments:
        path: the request's path.
        headers: its headers, names in lower case.
        spans: the spans' names.
        resources: the attributes of what they are of.
    """

    path: str
    headers: Mapping[str, str]
    spans: list[str]
    resources: list[dict[str, str]]


@dataclass(frozen=True)
class Receiver:
    """A running backend.

    Arguments:
        port: where it listens on the loopback address.
    """

    port: int
    arrivals: "queue.Queue[Arrival]" = field(default_factory=queue.Queue["Arrival"])

    def next(self) -> Arrival:
        """Return the next spans, waiting for them."""
        return self.arrivals.get(timeout=_PATIENCE)

    def names(self, quiet: float) -> list[str]:
        """Return the names of all spans, once none has come for `quiet` seconds."""
        found = list[str]()
        while True:
            try:
                found += self.arrivals.get(timeout=quiet).spans
            except queue.Empty:
                return found


def backend(protocol: OtlpProtocol, trust: Trust | None = None) -> contextlib.AbstractContextManager[Receiver]:
    """Run a backend, with TLS if `trust` is given."""
    return grpc_backend(trust) if protocol is OtlpProtocol.GRPC else http_backend(trust)


@contextlib.contextmanager
def grpc_backend(trust: Trust | None) -> Generator[Receiver]:
    """Run a backend for OTLP/gRPC, with TLS if `trust` is given."""
    server = grpc.server(ThreadPoolExecutor(2))
    if trust:
        pair = (trust.own.key.read_bytes(), trust.own.certificate.read_bytes())
        clients = trust.clients_ca.encode() if trust.clients_ca else None
        credentials = grpc.ssl_server_credentials([pair], clients, require_client_auth=clients is not None)
        receiver = Receiver(server.add_secure_port(f"{LOOPBACK}:0", credentials))
    else:
        receiver = Receiver(server.add_insecure_port(f"{LOOPBACK}:0"))

    class Service:
        def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name of a method of OTLP
            receiver.arrivals.put(
                Arrival("", dict(context.invocation_metadata()), _names(request), _resources(request))
            )
            return trace_service.ExportTraceServiceResponse()

    trace_service_grpc.add_TraceServiceServicer_to_server(Service(), server)
    server.start()
    try:
        yield receiver
    finally:
        server.stop(None).wait()


@contextlib.contextmanager
def http_backend(trust: Trust | None) -> Generator[Receiver]:
    """Run a backend for OTLP/HTTP, with TLS if `trust` is given."""

    arrivals = queue.Queue[Arrival]()

    def take(asked: Asked) -> Reply:
        request = trace_service.ExportTraceServiceRequest.FromString(_plain(asked.body, asked.headers))
        arrivals.put(Arrival(asked.path, asked.headers, _names(request), _resources(request)))
        return Reply(headers={"content-type": "application/x-protobuf"})

    with serving(take, trust) as server:
        yield Receiver(server.port, arrivals)


def send_span(port: int, name: str) -> None:
    """Send one span, as `send_spans` does."""
    send_spans(port, [Sent(name)])


def send_span_over_http(port: int, name: str) -> None:
    """Send one span over OTLP/HTTP, in the clear, to `port` of the loopback address, as applications do."""
    body = _request([Sent(name)]).SerializeToString()
    headers = {"content-type": "application/x-protobuf"}
    url = f"http://{LOOPBACK}:{port}/v1/traces"
    httpx.post(url, content=body, headers=headers, timeout=_PATIENCE, trust_env=False).raise_for_status()


@dataclass(frozen=True)
class Sent:
    """A span to send.

    Arguments:
        name: its name.
        trace: its trace's id, 16 bytes.
        span: its own id, 8 bytes.
        service: name of its service.
        milliseconds: how long it took. Default 1.
        failed: whether it is an error. Default: no.
        tags: its attributes. Default: none.
    """

    name: str
    trace: bytes = b"t" * 16
    span: bytes = b"s" * 8
    service: str = "reviews.bookinfo"
    milliseconds: int = 1
    failed: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


def send_spans(port: int, spans: Sequence[Sent]) -> None:
    """Send spans over OTLP/gRPC, in the clear, to `port` of the loopback address, as sidecars do."""
    with grpc.insecure_channel(f"{LOOPBACK}:{port}") as channel:
        trace_service_grpc.TraceServiceStub(channel).Export(_request(spans), timeout=_PATIENCE)


def _request(spans: Sequence[Sent]) -> Any:
    request = trace_service.ExportTraceServiceRequest()
    for sent in spans:
        resource = request.resource_spans.add()
        _set(resource.resource.attributes, {"service.name": sent.service})
        span = _scopes(resource).add().spans.add()
        span.trace_id, span.span_id, span.name = sent.trace, sent.span, sent.name
        span.start_time_unix_nano = time.time_ns()
        span.end_time_unix_nano = span.start_time_unix_nano + sent.milliseconds * 1_000_000
        span.status.code = _ERROR if sent.failed else 0
        _set(span.attributes, sent.tags)
    return request


def _set(attributes: Any, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        attributes.add(key=key).value.string_value = value


def _names(request: Any) -> list[str]:
    return [span.name for resource in request.resource_spans for scope in _scopes(resource) for span in scope.spans]


def _resources(request: Any) -> list[dict[str, str]]:
    return [{each.key: each.value.string_value for each in it.resource.attributes} for it in request.resource_spans]


def _scopes(resource_spans: Any) -> Any:
    """Return its field 2, `scope_spans`: one of the two packages that bring OTLP has its old name."""
    return getattr(resource_spans, resource_spans.DESCRIPTOR.fields_by_number[2].name)


def _plain(body: bytes, headers: Mapping[str, str]) -> bytes:
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
