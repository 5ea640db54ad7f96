"""How Pods end without losing a request or a span, when a rollout or a drained node replaces them.

When a Pod is told to end, its callers are told that it goes: until they know, it has to take requests, and until its
proxy has handed on the spans of the last of them, that has to live. From Istio 1.27 and Kubernetes 1.33 on a sidecar
outlives the containers beside it (istio.io/istio 1.31, pkg/kube/inject/webhook.go, `DetectNativeSidecar`); it drains at
once and ends when they do, so that it is enough for them to wait.
"""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from packaging.version import Version

from components.kubernetes.transforms import DEPLOYMENT, only_on, with_template

#: Seconds that a Pod goes on. Endpoints reach callers within one or two; Envoy hands its spans on every 5
#: (envoyproxy/envoy 1.40, source/extensions/tracers/opentelemetry/tracer.cc, runtime key
#: `tracing.opentelemetry.flush_interval_ms`).
_SECONDS: Final = 10

#: First Kubernetes version in which a container waits by a field of its own, whatever is in its image
#: (https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-implementations).
_SLEEP: Final = Version("1.30")

_WAITS: Final = {"preStop": {"sleep": {"seconds": _SECONDS}}}

#: The container in which a gateway's proxy runs.
_PROXY: Final = "istio-proxy"

#: Environment variables of a gateway's proxy, with which it sends its callers away first, and then ends as soon as it
#: has no more of them (istio.io/istio 1.31, pilot/cmd/pilot-agent/options/options.go).
PROXY_DRAINS: Final = (
    {"name": "EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "value": "true"},
    {"name": "MINIMUM_DRAIN_DURATION", "value": f"{_SECONDS}s"},
)


def drains(kubernetes: Version | None) -> pulumi.ResourceTransform:
    """Return the transform that lets Deployments' Pods take requests for some seconds after they were told to end.

    A container with a lifecycle of its own keeps it.

    Arguments:
        kubernetes: version of the cluster, of which those before 1.30 have no such field; `None` if it is not known.
    """
    can_sleep = kubernetes is None or kubernetes >= _SLEEP

    @only_on(DEPLOYMENT)
    def drain(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        def drained(template: dict[str, Any]) -> dict[str, Any]:
            spec: dict[str, Any] = template["spec"]
            containers = [_drained(each, can_sleep=can_sleep) for each in spec["containers"]]
            return {**template, "spec": {**spec, "containers": containers}}

        return with_template(args, drained)

    return drain


def _drained(container: Mapping[str, Any], *, can_sleep: bool) -> dict[str, Any]:
    if container["name"] == _PROXY:
        return {**container, "env": [*(container.get("env") or ()), *PROXY_DRAINS]}
    return {"lifecycle": _WAITS, **container} if can_sleep else dict(container)
