"""The Secret with the CA that verifies the tracing backend: one shape, in every namespace whose Pods get sidecars."""

from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

#: Name, label and key that every guide since Istio 1.0 gives for the satellites' CA.
NAME: Final = "lightstep.cacert"
LABELS: Final = {"app": "lightstep"}
KEY: Final = "cacert.pem"


def ca_secret(
    resource_name: str, namespace: pulumi.Input[str], certificate: str, opts: pulumi.ResourceOptions
) -> kubernetes.core.v1.Secret:
    """Make the CA Secret in one namespace.

    Arguments:
        resource_name: the Pulumi resource's name.
        namespace: name of a namespace.
        certificate: one or more certificates, PEM.
        opts: options of the resource.
    """
    return kubernetes.core.v1.Secret(
        resource_name,
        metadata={"name": NAME, "namespace": namespace, "labels": LABELS},
        type="Opaque",
        string_data={KEY: certificate},
        opts=opts,
    )
