"""Rules about the mesh's control plane and about tracing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import yaml
from pulumi_policy import Severity

from policy.reading import at, entries, mapping
from policy.resource import Resource
from policy.rule import EVERYWHERE, WARNED_IN_DEV, ResourceRule, StackRule, kinds

#: The key under which istiod's chart keeps the mesh's configuration, and what the ConfigMap's name begins with.
_MESH_KEY: Final = "mesh"
_MESH_MAP: Final = "istio"


def _sampling(telemetry: Resource) -> Iterator[str]:
    for tracing in entries(telemetry.properties, "spec.tracing"):
        percentage = at(tracing, "randomSamplingPercentage")
        if percentage is None:
            continue
        if not isinstance(percentage, int | float) or not 0 <= percentage <= 100:
            yield f"sampling of {percentage} % is outside of 0 to 100"
        elif percentage == 0 and at(tracing, "disableSpanReporting") is not True:
            yield "sampling of 0 % traces nothing"


def _provider(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    meshes = [mesh for each in resources if (mesh := _mesh_configuration(each)) is not None]
    if not meshes:
        return
    made = {str(provider.get("name")) for mesh in meshes for provider in entries(mesh, "extensionProviders")}
    listed = ", ".join(sorted(made)) or "it has none"
    for each in resources:
        tracings = entries(each.properties, "spec.tracing") if each.kind == "kubernetes:Telemetry" else []
        for provider in (it for tracing in tracings for it in entries(tracing, "providers")):
            if provider.get("name") not in made:
                yield each, f"provider '{provider.get('name')}' is none of the mesh's: {listed}"


def _mesh_configuration(resource: Resource) -> Mapping[str, Any] | None:
    """Return the mesh's configuration, if this is the ConfigMap that holds it."""
    if resource.kind != "kubernetes:ConfigMap" or resource.object_name.partition("-")[0] != _MESH_MAP:
        return None
    return _yaml(mapping(resource.properties, "data").get(_MESH_KEY))


def _exporters(config_map: Resource) -> Iterator[str]:
    for key, text in mapping(config_map.properties, "data").items():
        for name, exporter in mapping(_yaml(text) or {}, "exporters").items():
            if at(exporter, "tls.insecure") is True:
                yield f"exporter '{name}' in {key} sends spans unencrypted"
            if at(exporter, "tls.insecure_skip_verify") is True:
                yield f"exporter '{name}' in {key} sends spans and the token to whoever answers"


def _failure_policy(configuration: Resource) -> Iterator[str]:
    for webhook in entries(configuration.properties, "webhooks"):
        if at(webhook, "failurePolicy") == "Ignore":
            yield f"webhook '{webhook.get('name')}' is passed over when nobody answers it"


def _yaml(text: object) -> Mapping[str, Any] | None:
    """Return the object that a text holds as YAML, or `None`."""
    try:
        value = yaml.load(text, Loader=yaml.CSafeLoader) if isinstance(text, str) and ":" in text else None
    except yaml.YAMLError:
        return None
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else None


RULES: Final = (
    ResourceRule(
        "telemetry-sampling",
        "Sampling is a percentage above 0 and up to 100.",
        Severity.MEDIUM,
        EVERYWHERE,
        "pulumi config set traced-mesh:samplingPercentage 100, and the same in traced-mesh:samplingOverrides",
        kinds("Telemetry"),
        _sampling,
    ),
    StackRule(
        "telemetry-provider-exists",
        "Each tracing provider that a Telemetry names is one of the mesh's extension providers.",
        Severity.HIGH,
        EVERYWHERE,
        "add it to meshConfig.extensionProviders in traced-mesh:istiodValues, or name one that is there",
        kinds("ConfigMap", "Telemetry"),
        _provider,
    ),
    ResourceRule(
        "collector-exports-encrypted",
        "The Collector sends spans over TLS, to a backend that it verifies.",
        Severity.HIGH,
        WARNED_IN_DEV,
        "pulumi config set traced-mesh:backendTls true",
        kinds("ConfigMap"),
        _exporters,
    ),
    ResourceRule(
        "webhook-fails-closed",
        "What a webhook guards is refused while nobody answers it.",
        Severity.MEDIUM,
        EVERYWHERE,
        "set failurePolicy to Fail",
        kinds("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
        _failure_policy,
    ),
)
