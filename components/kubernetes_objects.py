"""What all Kubernetes objects of the program share: labels and the provider's annotations."""

from collections.abc import Mapping
from typing import Any, Final, cast

import pulumi

#: Tells Pulumi's Kubernetes provider not to wait for an object. Used on Services whose Deployment is awaited anyway:
#: the provider would otherwise wait a fixed 10 s for each Service's endpoints to settle
#: (pulumi-kubernetes 4.25.0, provider/pkg/await/service.go).
SKIP_AWAIT: Final = {"pulumi.com/skipAwait": "true"}


def recommended_labels(name: str, *, part_of: str, component: str | None = None) -> dict[str, str]:
    """Return Kubernetes' recommended labels (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).

    Arguments:
        name: name of the application, for example `otel-collector`.
        part_of: the application that it belongs to, for example `traced-mesh`.
        component: its role there, for example `collector`.
    """
    labels = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": part_of,
        "app.kubernetes.io/managed-by": "pulumi",
    }
    if component:
        labels["app.kubernetes.io/component"] = component
    return labels


def wait_for(json_path: str) -> dict[str, str]:
    """Return the annotation that makes the provider wait until `json_path` selects something, and for nothing else.

    Arguments:
        json_path: for example `.status.loadBalancer.ingress[0]`.
    """
    return {"pulumi.com/waitFor": f"jsonpath={{{json_path}}}"}


def declared_state_wins(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Let `pulumi up` take back a field that somebody else has changed.

    Without the annotation the API server refuses that with a conflict of field managers, since whoever changes a field
    owns it from then on (https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts). Fields that the
    program does not declare stay as others have set them. For an option `transforms`, on a component and so on all that
    is in it.
    """
    if not args.type_.startswith("kubernetes:") or "metadata" not in args.props:
        return None
    return pulumi.ResourceTransformResult(
        props=annotated(args.props, {"pulumi.com/patchForce": "true"}), opts=args.opts
    )


def annotated(props: Mapping[str, Any], annotations: Mapping[str, str]) -> dict[str, Any]:
    """Return a resource's properties with annotations added to its metadata."""
    metadata = cast("dict[str, Any]", props["metadata"])
    return {**props, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **annotations}}}
