"""Pulumi's transforms, applied to rendered manifests as the engine applies them to a chart's resources."""

import pulumi

from tests.support.istio import Document


def through(transform: pulumi.ResourceTransform, document: Document) -> Document:
    """Return what a transform makes of a manifest; the manifest itself if it leaves it alone."""
    result = _transformed(transform, document)
    return document if result is None else dict(result.props)


def ignored_by(transform: pulumi.ResourceTransform, document: Document) -> list[str]:
    """Return the paths of a manifest of which a transform tells the engine to ignore changes."""
    result = _transformed(transform, document)
    return [] if result is None else list(result.opts.ignore_changes or [])


def kept_by(transform: pulumi.ResourceTransform, document: Document) -> bool:
    """Tell whether a transform tells the engine to leave the manifest's object in the cluster when it is destroyed."""
    result = _transformed(transform, document)
    return result is not None and bool(result.opts.retain_on_delete)


def _transformed(transform: pulumi.ResourceTransform, document: Document) -> pulumi.ResourceTransformResult | None:
    version = document["apiVersion"] if "/" in document["apiVersion"] else f"core/{document['apiVersion']}"
    args = pulumi.ResourceTransformArgs(
        custom=True,
        type_=f"kubernetes:{version}:{document['kind']}",
        name=document["metadata"]["name"],
        props=document,
        opts=pulumi.ResourceOptions(),
    )
    result = transform(args)
    assert result is None or isinstance(result, pulumi.ResourceTransformResult)
    return result
