"""The genuine Collector with what its Pods would read: it takes the configuration, and sends what it should."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.backends.address import BackendAddress
from components.backends.backend import Backend, OtlpProtocol
from components.constants.choices import Monitoring
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.destination import Credentials, Destination
from local.ports import LOOPBACK
from tests.components.tracing.collector.genuine.backends import Arrival, Receiver, backend, send_span
from tests.components.tracing.collector.genuine.genuine import Genuine, laid_out
from tests.support.certificates import authority, new_files
from tests.support.served import Trust

POOL_CA = authority("Pool CA")
CLIENTS_CA = authority("Clients' CA")
CLIENT = CLIENTS_CA.client(new_files(), "collector")

#: Values that the Collector would take for something else, did they stand in its configuration as they are.
HOSTILE = [
    "$HOME",
    "${env:PATH}",
    "$${env:PATH}",
    "${file:/etc/hostname}",
    "a$b$$c$$$d",
    "${",
    "abc:",
    "1: 2",
    "{1: 2}",
    "0x1f",
    "007",
    "1e3",
    "2026-01-01",
    "true",
    "null",
    "~",
    '"q"',
    "'q'",
    "back\\slash\\n",
    "#x",
    "a #x",
    "- x",
    "!x",
    "&x",
    "*x",
    "<<: x",
    "%40",
    "".join(map(chr, range(0x21, 0x7F))),
    "k" * 4000,
]


def args(
    protocol: OtlpProtocol,
    address: BackendAddress,
    *,
    tls: bool = False,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    client: bool = False,
) -> CollectorArgs:
    target = Backend(
        address,
        tls=tls,
        token_header="lightstep-access-token" if token else None,
        protocol=protocol,
        path="/otlp/v1/traces",
        header_names=tuple(headers or {}),
        ca_certificate=POOL_CA.pem if tls else None,
        client_certificate=CLIENT.certificate.read_text() if client else None,
    )
    key = CLIENT.key.read_text() if client else None
    return CollectorArgs(
        namespace="observability",
        destinations=[Destination(target, Credentials(token, headers or {}, key))],
        image="collector:1.2.3",
        injection_labels=[{"istio-injection": "enabled"}],
    )


def arrived(genuine: Genuine, made: CollectorArgs, receiver: Receiver, root: Path) -> Arrival:
    """Send one span through the Collector and return how it arrives."""
    with genuine.running(made, root) as running:
        send_span(running.port, "reviews")
        return receiver.next()


ADDRESSES = [BackendAddress("ingest.lightstep.com", 443), BackendAddress("2001:db8::1", 4318)]
CREDENTIALS: Mapping[str, dict[str, Any]] = {
    "no-credentials": {},
    "token": {"token": "correct-horse"},
    "token-and-headers": {"token": "correct-horse", "headers": {"x-tenant": "a", "x-team": "b"}},
    "headers": {"headers": {"authorization": "Basic dXNlcjpwYXNz"}},
}
SECURITY: Mapping[str, dict[str, Any]] = {
    "plain": {},
    "tls": {"tls": True},
    "client-certificate": {"tls": True, "client": True},
}


@pytest.mark.parametrize(
    ("protocol", "address", "credentials", "security"),
    list(product(OtlpProtocol, ADDRESSES, CREDENTIALS, SECURITY)),
    ids=str,
)
def test_the_genuine_collector_takes_the_configuration(
    genuine: Genuine,
    tmp_path: Path,
    protocol: OtlpProtocol,
    address: BackendAddress,
    credentials: str,
    security: str,
) -> None:
    made = args(protocol, address, **CREDENTIALS[credentials], **SECURITY[security])

    assert genuine.faults(laid_out(made, tmp_path)) == ""


def test_the_genuine_collector_takes_the_configuration_of_one_that_is_scraped(genuine: Genuine, tmp_path: Path) -> None:
    made = replace(args(OtlpProtocol.GRPC, ADDRESSES[0]), monitoring=Monitoring.OPERATOR)

    assert genuine.faults(laid_out(made, tmp_path)) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"exporters": {"otlp_grpc": {"retry_on_failures": {}}}}, "retry_on_failures"),
        ({"exporters": {"otlp_grpc": {"endpoint": "ingest.lightstep.com"}}}, "missing port"),
        ({"exporters": {"otlp_grpc": {"sending_queue": {"queue_size": -1}}}}, "queue_size"),
        ({"processors": {"memory_limiter": {"limit_percentage": 20}}}, "limit_percentage"),
        ({"service": {"pipelines": {"traces": {"exporters": ["nothing"]}}}}, "nothing"),
    ],
    ids=["unknown-field", "port", "queue", "memory", "pipeline"],
)
def test_the_genuine_collector_refuses_a_wrong_configuration(
    genuine: Genuine, tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    arguments = laid_out(args(OtlpProtocol.GRPC, ADDRESSES[0]), tmp_path)
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")

    assert said in genuine.faults([*arguments, f"--config={file}"])


@pytest.mark.parametrize("protocol", OtlpProtocol)
def test_header_values_arrive_unchanged(genuine: Genuine, tmp_path: Path, protocol: OtlpProtocol) -> None:
    headers = {f"x-{index}": value for index, value in enumerate(HOSTILE)}

    with backend(protocol) as receiver:
        made = args(protocol, BackendAddress(LOOPBACK, receiver.port), token="$${env:PATH}: #", headers=headers)
        arrival = arrived(genuine, made, receiver, tmp_path)

    assert arrival.spans == ["reviews"]
    assert headers.items() <= arrival.headers.items()
    assert arrival.headers["lightstep-access-token"] == "$${env:PATH}: #"


def test_http_goes_to_the_path(genuine: Genuine, tmp_path: Path) -> None:
    with backend(OtlpProtocol.HTTP) as receiver:
        made = args(OtlpProtocol.HTTP, BackendAddress(LOOPBACK, receiver.port))
        odd = replace(made.destinations[0].backend, path="/a$b/${env:PATH}")
        made = replace(made, destinations=[Destination(odd)])
        arrival = arrived(genuine, made, receiver, tmp_path)

    assert arrival.path == "/a$b/$%7Benv:PATH%7D"


@pytest.mark.parametrize("protocol", OtlpProtocol)
def test_both_sides_show_a_certificate(genuine: Genuine, tmp_path: Path, protocol: OtlpProtocol) -> None:
    trust = Trust(POOL_CA.server(new_files(), "backend", [LOOPBACK]), CLIENTS_CA.pem)

    with backend(protocol, trust) as receiver:
        made = args(protocol, BackendAddress(LOOPBACK, receiver.port), tls=True, token="token", client=True)
        arrival = arrived(genuine, made, receiver, tmp_path)

    assert arrival.headers["lightstep-access-token"] == "token"


@pytest.mark.parametrize("protocol", OtlpProtocol)
def test_a_backend_of_another_ca_gets_nothing(genuine: Genuine, tmp_path: Path, protocol: OtlpProtocol) -> None:
    trust = Trust(authority("Pool CA").server(new_files(), "impostor", [LOOPBACK]))

    with backend(protocol, trust) as receiver:
        made = args(protocol, BackendAddress(LOOPBACK, receiver.port), tls=True, token="token")
        with genuine.running(made, tmp_path) as running:
            send_span(running.port, "reviews")
            running.wait_for_text("Will retry the request")

    assert "failed to verify certificate" in running.log.read_text(encoding="utf-8")
    assert receiver.arrivals.empty()
