"""The part of the istiod chart's values that makes a mesh trace, for each tracing mode: pure functions on plain data.

The access token stands in these values as `SecretStr` where a mode can't do without it; `Mesh` turns it into a Pulumi
secret.
"""

import re
from collections.abc import Sequence
from typing import Final, cast

import yaml
from pydantic import SecretStr

from components.backends.backend import Backend
from components.constants.choices import TracingMode
from components.constants.files import CA_FILE, TOKEN_FILE
from components.constants.names import COLLECTOR_HOST, FILES_TEMPLATE
from components.constants.ports import OTLP_PORT
from components.model.chart_values import Values
from components.model.secret_mounts import SecretMount
from components.tracing.plan import TracingPlan


def tracing_values(plan: TracingPlan) -> Values:
    """Return the values of the istiod chart that make the mesh trace.

    Where a mode has Telemetry resources, sampling and custom tags stand there, so that a change of them touches neither
    istiod nor the mesh configuration.
    """
    if plan.mode is TracingMode.NATIVE:
        return _native(plan)
    return {
        "meshConfig": {"enableTracing": True, "extensionProviders": [_provider(plan)]},
        **_sidecar_file_values(plan.sidecar_mounts),
    }


def _sidecar_file_values(mounts: Sequence[SecretMount]) -> Values:
    """Return the values that mount files from Secrets into every sidecar; empty if there are none.

    An injection template of our own stands behind Istio's
    (https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#customizing-injection).
    """
    if not mounts:
        return {}
    template = {
        "spec": {
            "containers": [{"name": "istio-proxy", "volumeMounts": [each.mount() for each in mounts]}],
            "volumes": [each.volume() for each in mounts],
        }
    }
    return {
        "sidecarInjectorWebhook": {
            "templates": {FILES_TEMPLATE: yaml.safe_dump(template, sort_keys=False)},
            "defaultTemplates": ["sidecar", FILES_TEMPLATE],
        }
    }


def _native(plan: TracingPlan) -> Values:
    """Return the six values that the guides give, and what asks for TLS since `secure` and `cacertPath` are ignored."""
    backend = plan.backend
    lightstep: Values = {
        "address": _scalar(str(backend.address)),
        "accessToken": _secret_scalar(plan.token),
        "secure": backend.tls,
        "cacertPath": CA_FILE if backend.tls else "",
    }
    values: dict[str, Values] = {
        "pilot": {"traceSampling": float(plan.sampling_percentage)},
        "global": {"proxy": {"tracer": "lightstep"}, "tracer": {"lightstep": lightstep}},
    }
    tracing: Values = {}
    if backend.tls:
        tracing["tlsSettings"] = {"mode": "SIMPLE", "caCertificates": CA_FILE, **_server_name(backend)}
    if plan.custom_tags:
        tracing["customTags"] = {name: tag.istio() for name, tag in plan.custom_tags.items()}
    values["meshConfig"] = {"enableTracing": True}
    if tracing:
        values["meshConfig"]["defaultConfig"] = {"tracing": tracing}
    return values


def _provider(plan: TracingPlan) -> Values:
    if plan.has_collector:
        return {"name": plan.provider, "opentelemetry": {"service": COLLECTOR_HOST, "port": OTLP_PORT}}
    token = TOKEN_FILE if plan.token_is_a_file else plan.token
    lightstep = {"service": plan.satellite_host, "port": plan.backend.address.port, "accessToken": token}
    return {"name": plan.provider, "lightstep": lightstep}


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
