"""The genuine Collector keeps the traces that it should, whole, also where their spans come to several Collectors."""

import random
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from components.backends.address import BackendAddress
from components.backends.backend import Backend, OtlpProtocol
from components.model.spans import Kept, TailSampling
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.destination import Destination
from local.ports import LOOPBACK, free_ports, wait_until_listening
from tests.components.tracing.collector.genuine.backends import Receiver, Sent, backend, send_spans
from tests.components.tracing.collector.genuine.genuine import Genuine, Running, laid_out
from verify.traffic import agent

#: Seconds in place of the 30 that the Collector waits for whole traces, and those after which no more spans come.
WAIT: Final = 2
QUIET: Final = 2.0 * WAIT

#: Which traces are kept: a quarter, all of shop's, and none of pay's.
WANTED: Final = TailSampling(Kept(1000, Decimal(25)), {"shop": Kept(1000, Decimal(100)), "pay": Kept(200, Decimal(0))})

#: Traces of which a share is kept; five standard deviations around a quarter of them.
MANY: Final = 400
SPREAD: Final = 5 * (MANY * 0.25 * 0.75) ** 0.5


def args(receiver: Receiver, replicas: int, wanted: TailSampling = WANTED) -> CollectorArgs:
    address = BackendAddress(LOOPBACK, receiver.port)
    return CollectorArgs(
        namespace="observability",
        destinations=[Destination(Backend(address, tls=False, token_header=None, protocol=OtlpProtocol.GRPC))],
        image="collector:1.2.3",
        injection_labels=[{"istio-injection": "enabled"}],
        replicas=replicas,
        tail_sampling=wanted,
    )


class Maker:
    """Makes traces, with ids that are the same in every run, so that the hash of each, which decides on it, is too."""

    def __init__(self) -> None:
        self._ids = random.Random(4319)

    def trace(self, name: str, *services: str, **of_the_last: Any) -> list[Sent]:
        """Return a trace with a span of each service, two of Bookinfo's by default; what is given is of the last."""
        identifier = self._ids.randbytes(16)
        reported = services or ("productpage.bookinfo", "reviews.bookinfo")
        spans = [Sent(name, identifier, self._ids.randbytes(8), service) for service in reported]
        return [*spans[:-1], replace(spans[-1], **of_the_last)]


def traces() -> Iterator[list[Sent]]:
    trace = Maker().trace
    yield trace("failed", failed=True)
    yield trace("failed-in-pay", "productpage.bookinfo", "till.pay", failed=True)
    yield trace("slow", milliseconds=1100)
    yield trace("slow-for-pay", "productpage.bookinfo", "till.pay", milliseconds=300)
    yield trace("verification", tags={"user_agent": agent("0123")})
    for number in range(MANY):
        yield trace(f"rest {number}")
    for number in range(20):
        yield trace(f"shop {number}", "productpage.bookinfo", "cart.shop")
        yield trace(f"pay {number}", "productpage.bookinfo", "till.pay")
        yield trace(f"both {number}", "cart.shop", "till.pay")
        yield trace(f"workshop {number}", "bench.workshop", "shop.pay")


@contextmanager
def running(genuine: Genuine, made: CollectorArgs, root: Path) -> Generator[list[Running]]:
    """Run two Collectors, which find one another by a list in place of DNS if they hand spans to one another."""
    ports = free_ports(2)
    with ExitStack() as stack:
        started = list[Running]()
        for port in ports:
            folder = root / str(port)
            folder.mkdir()
            further: dict[str, Any] = {"processors": {"tail_sampling": {"decision_wait": f"{WAIT}s"}}}
            if made.peers:
                hosts = {"dns": None, "static": {"hostnames": [f"{LOOPBACK}:{each}" for each in ports]}}
                further["exporters"] = {"load_balancing": {"resolver": hosts}}
                further["receivers"] = {"otlp/peers": {"protocols": {"grpc": {"endpoint": f"{LOOPBACK}:{port}"}}}}
            started.append(stack.enter_context(genuine.running(made, folder, further=further)))
        if made.peers:
            assert all(wait_until_listening(port, QUIET) for port in ports)
        yield started


def kept(genuine: Genuine, root: Path, replicas: int, sent: Sequence[list[Sent]]) -> Counter[str]:
    """Return how many spans of each name come out, where those of a trace are sent to two Collectors by turns."""
    with backend(OtlpProtocol.GRPC) as receiver, running(genuine, args(receiver, replicas), root) as collectors:
        for turn, collector in enumerate(collectors):
            send_spans(collector.port, [span for spans in sent for span in spans[turn::2]])
        return Counter(receiver.names(QUIET))


@pytest.mark.parametrize("replicas", [1, 2])
def test_the_genuine_collector_takes_the_configuration(genuine: Genuine, tmp_path: Path, replicas: int) -> None:
    for wanted in (WANTED, TailSampling(Kept(1, Decimal(0)), {})):
        folder = tmp_path / str(len(wanted.namespaces))
        folder.mkdir()

        assert genuine.faults(laid_out(args(Receiver(4317), replicas, wanted), folder)) == ""


def test_errors_slow_ones_and_a_share_of_the_rest_are_kept_whole(genuine: Genuine, tmp_path: Path) -> None:
    found = kept(genuine, tmp_path, 2, list(traces()))

    assert [name for name, count in found.items() if count != 2] == []
    traced = Counter(name.partition(" ")[0] for name in found)
    assert abs(traced.pop("rest") - MANY / 4) < SPREAD
    assert traced == {
        "failed": 1,
        "failed-in-pay": 1,
        "slow": 1,
        "slow-for-pay": 1,
        "verification": 1,
        "shop": 20,
        "both": 20,
    }


def test_a_span_that_waits_takes_no_more_memory_than_its_limit_is_sized_for(genuine: Genuine, tmp_path: Path) -> None:
    tags = {f"some.attribute.name{number:02}": "v" * 24 for number in range(23)}
    maker, services = Maker(), [f"application{number}.bookinfo" for number in range(10)]
    (metrics,) = free_ports(1)
    with backend(OtlpProtocol.GRPC) as receiver, genuine.running(args(receiver, 1), tmp_path, metrics) as collector:
        before = heap(metrics)
        for _ in range(20):
            traced = [maker.trace("reviews.bookinfo.svc.cluster.local:9080/*", *services) for _ in range(100)]
            send_spans(collector.port, [replace(span, tags=tags) for spans in traced for span in spans])
        taken = heap(metrics) - before

    assert 1000 < taken / 20_000 < 6000


def heap(port: int) -> float:
    """Return how many bytes of heap the Collector with its counters at `port` has."""
    text = httpx.get(f"http://{LOOPBACK}:{port}/metrics", trust_env=False).text
    (line,) = (each for each in text.splitlines() if each.startswith("otelcol_process_runtime_heap_alloc_bytes"))
    return float(line.rpartition(" ")[2])


def test_without_bringing_the_spans_of_a_trace_together_traces_would_be_torn(genuine: Genuine, tmp_path: Path) -> None:
    trace = Maker().trace
    found = kept(genuine, tmp_path, 1, [trace(f"failed {number}", failed=True) for number in range(20)])

    assert 1 in found.values()
