"""What the tests of tracing share: a backend, the chart values for it, and a `Tracing` for it."""

from decimal import Decimal
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
from packaging.version import Version
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend
from components.constants.choices import TracingMode
from components.model.spans import SamplingOverride
from components.tracing.plan import TracingPlan
from components.tracing.tracing import CollectorPods, Credentials, Tracing, TracingArgs
from components.tracing.values import tracing_values
from components.versions.istio import VersionRow
from tests.support.mocks import Recording, record

NATIVE, PROVIDER, OPENTELEMETRY = TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER, TracingMode.OPENTELEMETRY
POOL: Final = "lightstep-satellite.lightstep:9292"
TOKEN: Final = "correct-horse-battery"
CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----"
NAMESPACES: Final = ("bookinfo", "shop", "observability")


def satellites(address: str = POOL, *, tls: bool = True) -> Backend:
    ca = CERTIFICATE if tls else None
    return Backend(BackendAddress.parse(address), tls=tls, token_header=LIGHTSTEP_HEADER, ca_certificate=ca)


def values_for(
    version: str | VersionRow, mode: TracingMode, backend: Backend | None = None, token: str = TOKEN, **asked: Any
) -> dict[str, Any]:
    exact = version.since if isinstance(version, VersionRow) else Version(version)
    return tracing_values(TracingPlan(exact, mode, backend or satellites(), token=SecretStr(token), **asked))


def tracing(
    mode: TracingMode = OPENTELEMETRY,
    version: str = "1.27.0",
    *,
    tls: bool = True,
    address: str = POOL,
    sampling: str = "100",
    overrides: tuple[SamplingOverride, ...] = (),
    **changes: Any,
) -> Recording:
    """Return what is made of a configuration, and `sidecar_secrets` as the output of that name."""
    plan = TracingPlan(
        Version(version),
        mode,
        satellites(address, tls=tls),
        sampling_percentage=Decimal(sampling),
        overrides=overrides,
    )

    def make() -> None:
        injector = kubernetes.core.v1.ConfigMap("injector")
        given: dict[str, Any] = {
            "plan": plan,
            "credentials": Credentials(access_token=pulumi.Output.secret(TOKEN)),
            "namespaces": dict(zip(NAMESPACES, NAMESPACES, strict=True)),
            "collector": CollectorPods("observability", "collector:1.2.3", [{"istio-injection": "enabled"}], 3),
            "after": [injector],
        }
        made = Tracing("tracing", TracingArgs(**(given | changes)))
        kubernetes.core.v1.ConfigMap("pod", opts=pulumi.ResourceOptions(depends_on=made.sidecar_secrets))

    return record(make)
