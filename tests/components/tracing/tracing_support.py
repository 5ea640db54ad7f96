"""What the tests of tracing share: a backend, the chart values for it, and a `Tracing` for it."""

from decimal import Decimal
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
from packaging.version import Version
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.presets import LIGHTSTEP_HEADER, Backend
from components.constants.choices import TracingMode
from components.model.spans import SamplingOverride
from components.tracing.telemetry import TelemetryPlan
from components.tracing.tracing import CollectorPods, Credentials, Tracing, TracingArgs
from components.tracing.values import OtlpService, TracingDemand, tracing_values
from components.versions.istio import VersionRow, row_for
from tests.support.mocks import Recording, record

NATIVE, PROVIDER, OPENTELEMETRY = TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER, TracingMode.OPENTELEMETRY
POOL: Final = "lightstep-satellite.lightstep:9292"
TOKEN: Final = "correct-horse-battery"
CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----"
NAMESPACES: Final = ("bookinfo", "shop", "observability")
COLLECTOR: Final = OtlpService("otel-collector.observability.svc.cluster.local", 4317)


def satellites(address: str = POOL, *, tls: bool = True) -> Backend:
    return Backend(BackendAddress.parse(address), tls=tls, token_header=LIGHTSTEP_HEADER)


def values_for(
    version: str | VersionRow, mode: TracingMode, backend: Backend | None = None, token: str = TOKEN, **demand: Any
) -> dict[str, Any]:
    row = version if isinstance(version, VersionRow) else row_for(Version(version))
    return tracing_values(row, TracingDemand(mode, backend or satellites(), COLLECTOR, SecretStr(token), **demand))


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
    row = row_for(Version(version))

    def make() -> dict[str, Any]:
        injector = kubernetes.core.v1.ConfigMap("injector")
        given: dict[str, Any] = {
            "row": row,
            "mode": mode,
            "backend": satellites(address, tls=tls),
            "credentials": Credentials(access_token=pulumi.Output.secret(TOKEN)),
            "ca_certificate": CERTIFICATE if tls else None,
            "telemetry": TelemetryPlan("provider-of-the-mode", Decimal(sampling), overrides)
            if row.telemetry_in(mode)
            else None,
            "namespaces": dict(zip(NAMESPACES, NAMESPACES, strict=True)),
            "collector": CollectorPods("observability", "collector:1.2.3", {"istio-injection": "enabled"}, 3),
        }
        made = Tracing("tracing", TracingArgs(**(given | changes), after=[injector]))
        kubernetes.core.v1.ConfigMap("pod", opts=pulumi.ResourceOptions(depends_on=made.sidecar_secrets))
        return {}

    return record(make)
