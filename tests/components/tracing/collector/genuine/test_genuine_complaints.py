"""The genuine Collector's log and counters, read as `verify` reads them: each broken link by its own name."""

import contextlib
import socket
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest

from components.backends.address import BackendAddress
from components.backends.backend import Backend, OtlpProtocol
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.destination import Destination
from local.ports import LOOPBACK, free_ports
from tests.components.tracing.collector.genuine.backends import Receiver, backend, send_span, send_span_over_http
from tests.components.tracing.collector.genuine.genuine import Genuine
from tests.support.certificates import authority, new_files
from tests.support.served import Reply, Trust, serving
from verify.causes import Cause
from verify.cluster.collector_counters import Counters
from verify.cluster.collector_log import newest_complaint

grpc: Final[Any] = import_module("grpc")

CA = authority("Pool CA")

#: Seconds; over gRPC the Collector gives an attempt 5 s.
PATIENCE = 20


def args(protocol: OtlpProtocol, port: int, *, tls: bool, host: str = LOOPBACK) -> CollectorArgs:
    backend = Backend(
        BackendAddress(host, port),
        tls=tls,
        token_header=None,
        protocol=protocol,
        ca_certificate=CA.pem if tls else None,
    )
    return CollectorArgs(
        namespace="observability",
        destinations=[Destination(backend)],
        image="collector:1.2.3",
        injection_labels=[{"istio-injection": "enabled"}],
    )


T = TypeVar("T")

Situation = Callable[[OtlpProtocol], contextlib.AbstractContextManager[CollectorArgs]]


@contextlib.contextmanager
def impostor(protocol: OtlpProtocol) -> Generator[CollectorArgs]:
    trust = Trust(authority("Pool CA").server(new_files(), "impostor", [LOOPBACK]))
    with backend(protocol, trust) as receiver:
        yield args(protocol, receiver.port, tls=True)


@contextlib.contextmanager
def plain_text(protocol: OtlpProtocol) -> Generator[CollectorArgs]:
    with backend(protocol) as receiver:
        yield args(protocol, receiver.port, tls=True)


@contextlib.contextmanager
def refusing(protocol: OtlpProtocol) -> Generator[CollectorArgs]:
    with refusing_grpc() if protocol is OtlpProtocol.GRPC else serving(lambda _: Reply(401)) as server:
        yield args(protocol, server.port, tls=False)


@contextlib.contextmanager
def down(protocol: OtlpProtocol) -> Generator[CollectorArgs]:
    yield args(protocol, free_ports(1)[0], tls=False)


@contextlib.contextmanager
def nameless(protocol: OtlpProtocol) -> Generator[CollectorArgs]:
    yield args(protocol, 4317, tls=False, host="backend.invalid")


@contextlib.contextmanager
def silent(protocol: OtlpProtocol) -> Generator[CollectorArgs]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield args(protocol, server.getsockname()[1], tls=False)


@contextlib.contextmanager
def refusing_grpc() -> Generator[Receiver]:
    class Refusal(grpc.ServerInterceptor):
        def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
            del continuation, handler_call_details

            def refuse(request: Any, context: Any) -> None:
                del request
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "unknown token")

            return grpc.unary_unary_rpc_method_handler(refuse)

    server = grpc.server(ThreadPoolExecutor(1), interceptors=[Refusal()])
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    try:
        yield Receiver(port)
    finally:
        server.stop(None).wait()


BROKEN: Final[dict[Situation, Cause]] = {
    impostor: Cause.CA_DOES_NOT_VERIFY_BACKEND,
    plain_text: Cause.BACKEND_SPEAKS_PLAIN_TEXT,
    refusing: Cause.TOKEN_REFUSED,
    down: Cause.BACKEND_REFUSES_CONNECTIONS,
    nameless: Cause.BACKEND_NAME_UNKNOWN,
}

#: Over HTTP an attempt has 30 s, which nobody should wait for here.
SLOW: Final = (OtlpProtocol.GRPC, silent, Cause.BACKEND_TOO_SLOW)


@pytest.mark.parametrize(
    ("protocol", "situation", "cause"),
    [*((protocol, *it) for protocol, it in product(OtlpProtocol, BROKEN.items())), SLOW],
    ids=lambda it: getattr(it, "__name__", it),
)
def test_the_log_names_what_is_broken(
    genuine: Genuine, tmp_path: Path, protocol: OtlpProtocol, situation: Situation, cause: Cause
) -> None:
    with situation(protocol) as made, genuine.running(made, tmp_path) as running:
        send_span(running.port, "reviews")
        complaint = wait_for(lambda: newest_complaint(running.log.read_text().splitlines(), datetime.now(UTC)))

    assert complaint.cause is cause, complaint.line


def test_counters_tell_what_was_taken_and_sent(genuine: Genuine, tmp_path: Path) -> None:
    (metrics,) = free_ports(1)
    with backend(OtlpProtocol.GRPC) as receiver:
        made = args(OtlpProtocol.GRPC, receiver.port, tls=False)
        with genuine.running(made, tmp_path, metrics) as running:
            send_span(running.port, "reviews")
            send_span_over_http(running.http_port, "checkout")
            names = sorted([*receiver.next().spans, *receiver.next().spans])
            counters = wait_for(lambda: sent(metrics, 2))
            complaint = newest_complaint(running.log.read_text().splitlines(), datetime.now(UTC))

    assert names == ["checkout", "reviews"]
    assert counters == Counters(accepted=2, over_http=1, sent=2, capacity=64)
    assert complaint is None


def sent(port: int, spans: int) -> Counters | None:
    counters = Counters.read(httpx.get(f"http://{LOOPBACK}:{port}/metrics", trust_env=False).text)
    return counters if counters.sent >= spans else None


def wait_for(look: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + PATIENCE
    while (found := look()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found
