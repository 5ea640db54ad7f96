"""Rules about secrets: the access token and everything else that the stack's configuration keeps encrypted."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from pulumi_policy import Severity

from policy.reading import at, entries, mapping
from policy.resource import Resource
from policy.rule import ANY, EVERYWHERE, WARNED_IN_DEV, ResourceRule, StackRule, kinds
from policy.workload import WORKLOADS, pod

#: The annotation by which a Pod tells Istio's injector what its sidecar mounts
#: (https://istio.io/latest/docs/reference/config/annotations/#SidecarUserVolume).
_SIDECAR_VOLUMES: Final = "sidecar.istio.io/userVolume"

_SECRET: Final = "kubernetes:Secret"  # noqa: S105 - a kind


def _plain(resource: Resource) -> Iterator[str]:
    for leak in resource.leaks:
        if not leak.encrypted:
            yield f"a secret of the configuration stands in plain text in {leak.path}, and so in Pulumi's state"


def _outside_secret(resource: Resource) -> Iterator[str]:
    if resource.kind == _SECRET or not resource.type.startswith("kubernetes:") or resource.kind == "kubernetes:Chart":
        return
    for leak in resource.leaks:
        yield f"a secret of the configuration stands in {leak.path}, where whoever may read the object reads it"


def _mounted_secret_missing(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    made = {(each.namespace, each.object_name) for each in resources if each.kind == _SECRET}
    for each in resources:
        if each.kind != _SECRET:
            for name in _mounted(pod(each)):
                if (each.namespace, name) not in made:
                    yield each, f"its Pods mount Secret '{name}', which nobody makes in namespace '{each.namespace}'"


def _mounted(template: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the Secrets without which a Pod or its sidecar does not start."""
    for volume in (*entries(template, "spec.volumes"), *_sidecar_volumes(template)):
        for secret in (mapping(it, "secret") for it in (volume, *entries(volume, "projected.sources"))):
            name = at(secret, "secretName") or at(secret, "name")
            if name and at(secret, "optional") is not True:
                yield str(name)


def _sidecar_volumes(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    text = mapping(template, "metadata.annotations").get(_SIDECAR_VOLUMES)
    try:
        listed: Any = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return []
    volumes = list(cast("dict[str, Any]", listed).values()) if isinstance(listed, dict) else listed
    return entries({"volumes": volumes}, "volumes")


RULES: Final = (
    ResourceRule(
        "secret-encrypted",
        "No secret of the configuration stands in plain text in any resource, and so in Pulumi's state.",
        Severity.CRITICAL,
        EVERYWHERE,
        "hand it on as a secret Output, and into a Secret only",
        frozenset({ANY}),
        _plain,
    ),
    ResourceRule(
        "secret-in-secrets-only",
        "In the cluster, secrets of the configuration stand in Secrets: not in ConfigMaps, variables or annotations.",
        Severity.HIGH,
        WARNED_IN_DEV,
        "mount a Secret; where Istio itself puts the token elsewhere, pulumi config set traced-mesh:tracingMode "
        "opentelemetry",
        frozenset({ANY}),
        _outside_secret,
    ),
    StackRule(
        "mounted-secret-exists",
        "Each Secret that Pods or their sidecars mount, such as the backend's CA, is made in their namespace.",
        Severity.HIGH,
        EVERYWHERE,
        "make the Secret in that namespace; the CA's by putting the namespace into traced-mesh:injectedNamespaces, or "
        "mark the volume as optional",
        WORKLOADS | kinds("Secret"),
        _mounted_secret_missing,
    ),
)
