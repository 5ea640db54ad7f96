"""What all Kubernetes objects of the program share: labels and the provider's annotations."""

from typing import Final

#: Tells Pulumi's Kubernetes provider not to wait for an object. Used on Services whose Deployment is awaited anyway:
#: the provider would otherwise wait a fixed 10 s for each Service's endpoints to settle
#: (pulumi-kubernetes 4.25.0, provider/pkg/await/service.go).
SKIP_AWAIT: Final = {"pulumi.com/skipAwait": "true"}

#: Where a webhook configuration holds the CA that istiod writes into it.
CA_BUNDLE: Final = ".webhooks[0].clientConfig.caBundle"


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


def wait_for(json_path: str, value: str | None = None) -> dict[str, str]:
    """Return the annotation that makes the provider wait until `json_path` selects something, and for nothing else.

    Arguments:
        json_path: for example `.status.loadBalancer.ingress[0]`.
        value: what it must select; `None` (default) is content with anything.
    """
    wanted = f"={value}" if value else ""
    return {"pulumi.com/waitFor": f"jsonpath={{{json_path}}}{wanted}"}
