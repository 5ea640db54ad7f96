"""The genuine Collector with two backends: each gets every span, whatever becomes of the other."""

import contextlib
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import pytest

from components.backends.address import BackendAddress
from components.backends.backend import Backend, OtlpProtocol
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.destination import Credentials, Destination
from local.ports import LOOPBACK, free_ports
from tests.components.tracing.collector.genuine.backends import Receiver, backend, send_span
from tests.components.tracing.collector.genuine.genuine import Genuine
from tests.support.certificates import authority, new_files
from tests.support.served import Reply, Trust, serving

CA = authority("Pool CA")
OTHER_CA = authority("Other CA")

#: More than both queues hold, since each span travels as a batch of its own.
SPANS: Final = 200


def destination(
    port: int, protocol: OtlpProtocol, name: str = "", ca: str | None = None, token: str | None = None
) -> Destination:
    target = Backend(
        BackendAddress(LOOPBACK, port),
        tls=ca is not None,
        token_header="x-token" if token else None,
        protocol=protocol,
        ca_certificate=ca,
    )
    return Destination(target, Credentials(token), name)


def args(*destinations: Destination) -> CollectorArgs:
    return CollectorArgs("observability", destinations, "collector:1.2.3", [{"istio-injection": "enabled"}])


def received(receiver: Receiver, count: int) -> list[str]:
    spans: list[str] = []
    while len(spans) < count:
        spans += receiver.next().spans
    return spans


def test_each_backend_is_recognized_by_its_own_ca_and_shown_its_own_token(genuine: Genuine, tmp_path: Path) -> None:
    here = [LOOPBACK]
    with (
        backend(OtlpProtocol.GRPC, Trust(CA.server(new_files(), "first", here))) as first,
        backend(OtlpProtocol.HTTP, Trust(OTHER_CA.server(new_files(), "second", here))) as second,
    ):
        made = args(
            destination(first.port, OtlpProtocol.GRPC, "", CA.pem, "one"),
            destination(second.port, OtlpProtocol.HTTP, "mirror", OTHER_CA.pem, "two"),
        )
        with genuine.running(made, tmp_path) as running:
            send_span(running.port, "reviews")
            arrivals = first.next(), second.next()

    assert [arrival.spans for arrival in arrivals] == [["reviews"], ["reviews"]]
    assert [arrival.headers["x-token"] for arrival in arrivals] == ["one", "two"]


@contextlib.contextmanager
def down() -> Generator[int]:
    yield free_ports(1)[0]


@contextlib.contextmanager
def refusing() -> Generator[int]:
    with serving(lambda _: Reply(status=401)) as server:
        yield server.port


@contextlib.contextmanager
def slow() -> Generator[int]:
    def take(_: object) -> Reply:
        time.sleep(0.5)
        return Reply(headers={"content-type": "application/x-protobuf"})

    with serving(take) as server:
        yield server.port


@pytest.mark.parametrize("broken", [down, refusing, slow], ids=lambda it: it.__name__)
@pytest.mark.parametrize("which", ["first", "second"])
def test_the_other_backend_is_complete(
    genuine: Genuine, tmp_path: Path, broken: Callable[[], contextlib.AbstractContextManager[int]], which: str
) -> None:
    with broken() as port, backend(OtlpProtocol.GRPC) as sound:
        ends = (port, OtlpProtocol.HTTP), (sound.port, OtlpProtocol.GRPC)
        first, second = ends if which == "first" else reversed(ends)
        made = args(destination(*first), destination(*second, "mirror"))
        with genuine.running(made, tmp_path) as running:
            sent = [f"span {number}" for number in range(SPANS)]
            for name in sent:
                send_span(running.port, name)
            assert sorted(received(sound, SPANS)) == sorted(sent)
