"""Pulumi's transforms, applied to rendered manifests as the engine applies them to a chart's resources."""

import pulumi

from tests.support.istio import Document


def through(transform: pulumi.ResourceTransform, document: Document) -> Document:
    """Return what a transform makes of a manifest; the manifest itself if it leaves it alone."""
    version = document["apiVersion"] if "/" in document["apiVersion"] else f"core/{document['apiVersion']}"
    args = pulumi.ResourceTransformArgs(
        custom=True,
        type_=f"kubernetes:{version}:{document['kind']}",
        name=document["metadata"]["name"],
        props=document,
        opts=pulumi.ResourceOptions(),
    )
    result = transform(args)
    if result is None:
        return document
    assert isinstance(result, pulumi.ResourceTransformResult)
    return dict(result.props)
