"""A revision tag: a name that stands for a revision, by which namespaces ask for sidecars.

As Istio's chart makes it (istio.io/istio, manifests/charts/istio-control/istio-discovery/templates,
revision-tags-mwc.yaml as of August 2026), but as a resource of its own: a tag of the chart belongs to the revision that
it stands for, and when it moves, the deletion of the old one would take the new one away.

Left out on purpose: the tag `default`. What it is for, namespaces with the label `istio-injection`, is decided by which
control plane has no name.
"""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.constants.names import ISTIO_NAMESPACE
from components.kubernetes.objects import recommended_labels
from components.model.revisions import suffix

#: Whether a Pod or namespace asks for a control plane, and for which; and whether a Pod wants no sidecar.
_REVISION = "istio.io/rev"
_INJECTION = "istio-injection"
_WANTS_ONE = {"key": "sidecar.istio.io/inject", "operator": "NotIn", "values": ["false"]}


def tag_name(tag: str) -> str:
    """Return the name of a tag's MutatingWebhookConfiguration."""
    return f"istio-revision-tag-{tag}"


def revision_tag(
    resource_name: str, tag: str, revision: str, opts: pulumi.ResourceOptions
) -> kubernetes.admissionregistration.v1.MutatingWebhookConfiguration:
    """Make a tag: the injection webhooks of whoever asks by it. istiod writes its CA into them.

    Arguments:
        resource_name: the Pulumi resource's name.
        tag: the tag.
        revision: the revision that it stands for.
        opts: options of the resource.
    """
    labels = recommended_labels("istiod", part_of="traced-mesh", component="mesh")
    labels |= {"istio.io/tag": tag, _REVISION: revision, "app": "sidecar-injector"}
    asks = {"key": _REVISION, "operator": "In", "values": [tag]}
    no_injection, no_revision = ({"key": key, "operator": "DoesNotExist"} for key in (_INJECTION, _REVISION))
    return kubernetes.admissionregistration.v1.MutatingWebhookConfiguration(
        resource_name,
        metadata={"name": tag_name(tag), "labels": labels},
        webhooks=[
            _webhook("rev.namespace", revision, namespaces=[asks, no_injection], pods=[_WANTS_ONE]),
            _webhook("rev.object", revision, namespaces=[no_revision, no_injection], pods=[_WANTS_ONE, asks]),
        ],
        opts=opts,
    )


def _webhook(prefix: str, revision: str, *, namespaces: list[Any], pods: list[Any]) -> Any:
    service = {"name": f"istiod{suffix(revision)}", "namespace": ISTIO_NAMESPACE, "path": "/inject", "port": 443}
    return {
        "name": f"{prefix}.sidecar-injector.istio.io",
        "clientConfig": {"service": service},
        "sideEffects": "None",
        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
        "failurePolicy": "Fail",
        "reinvocationPolicy": "Never",
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": {"matchExpressions": namespaces},
        "objectSelector": {"matchExpressions": pods},
    }
