"""The part of the istiod chart's values that makes a mesh trace, for each tracing mode: pure functions on plain data.

The access token stands in these values as `SecretStr` where a mode can't do without it; `Mesh` turns it into a Pulumi
secret.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, cast

import yaml
from pydantic import SecretStr

from components.backends.presets import Backend
from components.constants.choices import TracingMode
from components.constants.files import CA_FILE, TOKEN_FILE
from components.constants.names import FILES_TEMPLATE, PROVIDER_NAMES, SATELLITE_HOST
from components.model.chart_values import Values
from components.model.spans import CustomTags
from components.tracing.satellite_files import SatelliteFiles
from components.versions.istio import LightstepForm, ProviderToken, VersionRow


@dataclass(frozen=True)
class OtlpService:
    """A Service in the mesh that takes OTLP over gRPC.

    Arguments:
        host: the Service's full name, for example `otel-collector.observability.svc.cluster.local`.
        port: its TCP port.
    """

    host: str
    port: int


@dataclass(frozen=True)
class TracingDemand:
    """What an environment asks of tracing.

    Arguments:
        mode: the tracing mode; one of `VersionRow.modes`.
        backend: the tracing backend.
        collector: where sidecars send their spans in mode `opentelemetry`.
        token: the backend's access token; only native mode and some `lightstep` providers put it into the values.
        sampling_percentage: share of requests that are traced, 0 to 100. Default 100.
        custom_tags: tags for every span. Default: none.
    """

    mode: TracingMode
    backend: Backend
    collector: OtlpService
    token: SecretStr | None = None
    sampling_percentage: Decimal = Decimal(100)
    custom_tags: CustomTags = field(default_factory=dict[str, Any])


def tracing_values(row: VersionRow, demand: TracingDemand) -> Values:
    """Return the values of the istiod chart (of chart `istio` before Istio 1.6) that make the mesh trace.

    Where a mode has Telemetry resources, sampling and custom tags stand there, so that a change of them touches neither
    istiod nor the mesh configuration.

    Arguments:
        row: what holds for the Istio version.
        demand: what is asked for.

    Raises:
        ValueError: if the mode does not work with these versions.
    """
    if demand.mode not in row.modes:
        raise ValueError(f"mode {demand.mode} does not work from Istio {row.since} on")
    if demand.mode is TracingMode.NATIVE:
        return _native(row, demand)
    provider = _provider(row, demand)
    values: Values = {"meshConfig": {"enableTracing": True, "extensionProviders": [provider]}}
    if demand.mode is TracingMode.LIGHTSTEP_PROVIDER:
        values |= sidecar_file_values(SatelliteFiles.needed(row, demand.mode, demand.backend))
    return values


def token_is_in_the_mesh_configuration(row: VersionRow, mode: TracingMode) -> bool:
    """Tell whether a mode puts the access token into ConfigMap `istio`, readable for all who may read ConfigMaps."""
    if mode is TracingMode.LIGHTSTEP_PROVIDER:
        return row.provider_token is ProviderToken.TEXT
    return mode is TracingMode.NATIVE


def sidecar_file_values(files: SatelliteFiles) -> Values:
    """Return the values that mount files from Secrets into every sidecar; empty if there are none.

    An injection template of our own stands behind Istio's
    (https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#customizing-injection).
    """
    if not files.mounts:
        return {}
    template = {
        "spec": {
            "containers": [{"name": "istio-proxy", "volumeMounts": [each.mount() for each in files.mounts]}],
            "volumes": [each.volume() for each in files.mounts],
        }
    }
    return {
        "sidecarInjectorWebhook": {
            "templates": {FILES_TEMPLATE: yaml.safe_dump(template, sort_keys=False)},
            "defaultTemplates": ["sidecar", FILES_TEMPLATE],
        }
    }


def _native(row: VersionRow, demand: TracingDemand) -> Values:
    """Return the six values that the guides give, and what else the version needs for the same effect."""
    backend = demand.backend
    lightstep: Values = {
        "address": _scalar(str(backend.address)),
        "accessToken": _secret_scalar(demand.token),
        "secure": backend.tls,
        "cacertPath": CA_FILE if backend.tls else "",
    }
    values: dict[str, Values] = {
        "pilot": {"traceSampling": float(demand.sampling_percentage)},
        "global": {"proxy": {"tracer": "lightstep"}, "tracer": {"lightstep": lightstep}},
    }
    tracing: Values = {}
    if row.lightstep_form is LightstepForm.TLS_SETTINGS and backend.tls:
        tracing["tlsSettings"] = {"mode": "SIMPLE", "caCertificates": CA_FILE, **_server_name(backend)}
    if demand.custom_tags:
        tracing["customTags"] = {name: tag.istio() for name, tag in demand.custom_tags.items()}
    if row.lightstep_form is LightstepForm.SIX_VALUES:
        values["global"]["enableTracing"] = True
    else:
        values["meshConfig"] = {"enableTracing": True}
        if tracing:
            values["meshConfig"]["defaultConfig"] = {"tracing": tracing}
    return values


def _provider(row: VersionRow, demand: TracingDemand) -> Values:
    name = PROVIDER_NAMES[demand.mode]
    if demand.mode is TracingMode.OPENTELEMETRY:
        return {"name": name, "opentelemetry": {"service": demand.collector.host, "port": demand.collector.port}}
    token: object = TOKEN_FILE if row.provider_token is ProviderToken.FILE else demand.token
    backend = demand.backend
    return {
        "name": name,
        "lightstep": {"service": satellite_host(backend), "port": backend.address.port, "accessToken": token},
    }


def satellite_host(backend: Backend) -> str:
    """Return the host by which the mesh knows the satellites: their DNS name, or a name of ours for an IP address.

    Sidecars look a provider's service up among the mesh's hosts, which are names.
    """
    return SATELLITE_HOST if backend.address.is_ip else backend.address.host


def _server_name(backend: Backend) -> Values:
    """Return the server name that sidecars ask for in the TLS handshake: load balancers choose a certificate by it."""
    return {} if backend.address.is_ip else {"sni": backend.address.host}


def _secret_scalar(token: SecretStr | None) -> SecretStr | str:
    return SecretStr(_scalar(token.get_secret_value())) if token else ""


#: What may be a number or a boolean in Helm's YAML, which is Go's, and is text in Python's: `1e3`, `0o17`, `y`.
_ONLY_GO_KNOWS: Final = re.compile(r"[-+.0-9][^:]*|[yn]", re.IGNORECASE)


def _scalar(text: str) -> str:
    """Return text as it must be given to a chart that writes it into YAML without quotes."""
    try:
        text_in_python = cast("object", yaml.safe_load(f"key: {text}")) == {"key": text}
        plain = text_in_python and not _ONLY_GO_KNOWS.fullmatch(text)
    except yaml.YAMLError:
        plain = False
    return text if plain else yaml.dump(text, default_style='"', width=len(text) * 4 + 80).strip()
