"""Istio's own resources and the Gateway API's: one way to make them, in the API version that the mesh serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

#: Versions of each API group that some supported Istio serves.
_VERSIONS: Final = {
    "networking.istio.io": ("v1alpha3", "v1beta1", "v1"),
    "security.istio.io": ("v1beta1", "v1"),
    "telemetry.istio.io": ("v1alpha1", "v1"),
    "gateway.networking.k8s.io": ("v1",),
}


@dataclass(frozen=True)
class IstioObject:
    """One resource of Istio or the Gateway API.

    Arguments:
        api_version: for example `networking.istio.io/v1`.
        kind: for example `Gateway`.
        name: the object's name.
        namespace: its namespace.
        spec: its specification.
        labels: its labels. Default: none.
        annotations: its annotations. Default: none.
    """

    api_version: str
    kind: str
    name: str
    namespace: pulumi.Input[str]
    spec: dict[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])


def istio_object(
    resource_name: str, wanted: IstioObject, opts: pulumi.ResourceOptions
) -> kubernetes.apiextensions.CustomResource:
    """Make the resource.

    Its Pulumi type names the API version. The aliases let an upgrade of Istio change the version of the object that is
    there, where it would otherwise be deleted under its old type after it was made under the new one.

    Arguments:
        resource_name: the Pulumi resource's name.
        wanted: the object.
        opts: options of the resource; it depends on what proves that the validator answers.
    """
    group, _, version = wanted.api_version.partition("/")
    others = [each for each in _VERSIONS[group] if each != version]
    aliases = [pulumi.Alias(type_=f"kubernetes:{group}/{each}:{wanted.kind}") for each in others]
    return kubernetes.apiextensions.CustomResource(
        resource_name,
        api_version=wanted.api_version,
        kind=wanted.kind,
        metadata={
            "name": wanted.name,
            "namespace": wanted.namespace,
            "labels": dict(wanted.labels),
            **({"annotations": dict(wanted.annotations)} if wanted.annotations else {}),
        },
        spec=wanted.spec,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=aliases)),
    )
