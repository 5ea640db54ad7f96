"""The Secret with the CA that verifies the tracing backend: one shape, in every namespace whose Pods get sidecars."""

from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.constants.files import CA_KEY, CA_SECRET

#: Label that every guide since Istio 1.1 gives the Secret with the satellites' CA.
LABELS: Final = {"app": "lightstep"}


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
        metadata={"name": CA_SECRET, "namespace": namespace, "labels": LABELS},
        type="Opaque",
        string_data={CA_KEY: certificate},
        opts=opts,
    )
