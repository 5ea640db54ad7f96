"""Changes that are made to every Kubernetes object on its way to the engine, those of charts included."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, cast

import pulumi

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
CRD: Final = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"

#: Stands between the names of transforms in the name of the one that `in_turn` makes of them.
IN_TURN: Final = "+"

#: A transform that is given only resources that it changes.
Transform = Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult]

#: Annotation on Pods that says for which sidecar they were made.
SIDECAR_ANNOTATION: Final = "traced-mesh/sidecar"


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


def rolls_with(generation: str) -> pulumi.ResourceTransform:
    """Return the transform that makes Deployments put new Pods in place of the old ones when `generation` changes.

    For what has sidecars: those read their version and part of their configuration only when they start.
    """

    @only_on(DEPLOYMENT)
    def roll_sidecars(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        return with_template(args, lambda template: annotated(template, {SIDECAR_ANNOTATION: generation}))

    return roll_sidecars


def only_on(type_: str) -> Callable[[Transform], pulumi.ResourceTransform]:
    """Return the decorator that keeps a transform from resources of any type but `type_`."""

    def narrowed(transform: Transform) -> pulumi.ResourceTransform:
        @wraps(transform)
        def transformed(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
            return transform(args) if args.type_ == type_ else None

        return transformed

    return narrowed


@only_on(CRD)
def keep_definitions(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Never delete a CRD: with it everybody's resources of that kind would go.

    Istio's charts mark most of their CRDs to be kept, not all. Nothing waits for CRDs, since what uses them comes after
    istiod's proof, which needs them, or is tried again by the provider (EnvoyFilters in older istiod charts).
    """
    kept = pulumi.ResourceOptions(retain_on_delete=True)
    return pulumi.ResourceTransformResult(props=args.props, opts=pulumi.ResourceOptions.merge(args.opts, kept))


def in_turn(*transforms: pulumi.ResourceTransform) -> pulumi.ResourceTransform:
    """Return one transform that does what several do, each after the one before.

    The engine sends a resource to the program and back for each transform that a component has, whether it changes
    anything or not. Istio's 14 CRDs have 840 KB, so for the charts one call in place of five is time saved.
    """

    def transformed(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        last = None
        for transform in transforms:
            changed = cast("pulumi.ResourceTransformResult | None", transform(args))
            if changed is not None:
                last = changed
                args = pulumi.ResourceTransformArgs(args.custom, args.type_, args.name, changed.props, changed.opts)
        return last

    transformed.__name__ = IN_TURN.join(each.__name__ for each in transforms)
    return transformed


def with_template(
    args: pulumi.ResourceTransformArgs, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> pulumi.ResourceTransformResult:
    """Return a workload as it is, but for its Pod template, which `change` makes anew."""
    spec = cast("dict[str, Any]", args.props["spec"])
    changed = {**spec, "template": change(spec["template"])}
    return pulumi.ResourceTransformResult(props={**args.props, "spec": changed}, opts=args.opts)


def annotated(props: Mapping[str, Any], annotations: Mapping[str, str]) -> dict[str, Any]:
    """Return a resource's properties with annotations added to its metadata."""
    metadata = cast("dict[str, Any]", props["metadata"])
    return {**props, "metadata": {**metadata, "annotations": {**(metadata.get("annotations") or {}), **annotations}}}
