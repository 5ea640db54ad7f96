"""What the tests of the Collector share: backends, and a Collector made for one."""

from dataclasses import fields
from typing import Any

import pulumi

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend, OtlpProtocol
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.collector import Collector
from components.tracing.collector.destination import Credentials, Destination
from tests.support.mocks import Recording, record

TOKEN = "correct-horse-battery"
KEY = "-----BEGIN PRIVATE KEY-----"
CERTIFICATE = "-----BEGIN CERTIFICATE-----"
TENANT = "tenant-of-the-team"

POOL = Backend(
    BackendAddress("ingest.lightstep.com", 443), tls=True, token_header=LIGHTSTEP_HEADER, ca_certificate=CERTIFICATE
)
PLAIN = Backend(BackendAddress("tempo.tempo", 4317), tls=False, token_header=None)
GOOGLE = Backend(
    BackendAddress("telemetry.googleapis.com", 443),
    tls=True,
    token_header=None,
    protocol=OtlpProtocol.HTTP,
    google_project="my-project",
)
EVERYTHING = Backend(
    BackendAddress("2001:db8::1", 4318),
    tls=True,
    token_header="authorization",
    protocol=OtlpProtocol.HTTP,
    path="/otlp/v1/traces",
    header_names=("x-tenant",),
    ca_certificate=CERTIFICATE,
    client_certificate=CERTIFICATE,
)


def destination(backend: Backend, name: str = "", **changes: Any) -> Destination:
    """Return a destination with the credentials that `backend` asks for, some of them changed."""
    given: dict[str, Any] = {
        "access_token": pulumi.Output.secret(TOKEN) if backend.token_header else None,
        "headers": {header: pulumi.Output.secret(TENANT) for header in backend.header_names},
        "client_key": pulumi.Output.secret(KEY) if backend.client_certificate else None,
    }
    return Destination(backend, Credentials(**(given | changes)), name)


def collector_args(backend: Backend = POOL, mirror: Backend | None = None, **changes: Any) -> CollectorArgs:
    """Return Args with what the backends ask for; changes of credentials are those of the first."""
    of_credentials = {each.name: changes.pop(each.name) for each in fields(Credentials) if each.name in changes}
    second = [destination(mirror, "mirror")] if mirror else []
    given: dict[str, Any] = {
        "namespace": "observability",
        "destinations": [destination(backend, **of_credentials), *second],
        "image": "collector:1.2.3",
        "injection_labels": [{"istio-injection": "enabled"}],
    }
    return CollectorArgs(**(given | changes))


def collector(backend: Backend = POOL, mirror: Backend | None = None, **changes: Any) -> Recording:
    """Return what a Collector is made of. A change that makes an output is given as a function."""

    def make() -> None:
        called = {name: value() if callable(value) else value for name, value in changes.items()}
        Collector("collector", collector_args(backend, mirror, **called))

    return record(make)


def pod(made: Recording) -> dict[str, Any]:
    """Return the specification of its Pods."""
    return made.only("Deployment").inputs["spec"]["template"]["spec"]


def checksum(made: Recording) -> Any:
    """Return the annotation that rolls its Pods."""
    annotations = made.only("Deployment").inputs["spec"]["template"]["metadata"]["annotations"]
    return annotations["traced-mesh/configuration-checksum"]
