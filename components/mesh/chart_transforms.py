"""What the program changes in the objects of Istio's charts on their way to the engine.

Left out on purpose: what istiod's Pods wait for (`istiod_start`).
"""

from typing import Any, cast

import pulumi

from components.kubernetes.objects import SKIP_AWAIT
from components.kubernetes.transforms import DEPLOYMENT, annotated, only_on, with_template
from components.kubernetes.workloads import spread_data


@only_on("kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration")
def leave_failure_policy(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Leave it to istiod when its validators fail closed: changes of that field are ignored, and of nothing else.

    The charts write `failurePolicy: Ignore`, and istiod `Fail`; see `Mesh`.
    """
    theirs = pulumi.ResourceOptions(ignore_changes=["webhooks[*].failurePolicy"])
    return pulumi.ResourceTransformResult(props=args.props, opts=pulumi.ResourceOptions.merge(args.opts, theirs))


@only_on("kubernetes:core/v1:Service")
def leave_service(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Wait for no Service of the charts, since the Deployment behind it is awaited."""
    return pulumi.ResourceTransformResult(props=annotated(args.props, SKIP_AWAIT), opts=args.opts)


@only_on(DEPLOYMENT)
def harden_pods(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Give istiod's Pods what the charts do not, or not in every version: a seccomp profile and a wish to be spread.

    Without the profile the restricted Pod Security Standard refuses them. The charts' value for it came with 1.16, the
    one for spreading with 1.22.
    """
    spec = cast("dict[str, Any]", args.props["spec"])
    spread_out = {"topologySpreadConstraints": spread_data(spec["selector"]["matchLabels"])}
    return with_template(args, lambda template: {**template, "spec": {**spread_out, **_hardened(template["spec"])}})


@only_on("kubernetes:core/v1:ConfigMap")
def hide_config_maps(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Keep the contents of the charts' ConfigMaps encrypted in Pulumi's state, where a secret value went into them."""
    data = pulumi.Output.secret(args.props["data"])
    return pulumi.ResourceTransformResult(props={**args.props, "data": data}, opts=args.opts)


def _hardened(pod: dict[str, Any]) -> dict[str, Any]:
    return {
        **pod,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, **(pod.get("securityContext") or {})},
    }
