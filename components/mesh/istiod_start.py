"""What istiod's Pods wait for before they start: the injection templates, without which istiod never injects."""

from typing import Any, Final, cast

import pulumi

from components.kubernetes.transforms import DEPLOYMENT, only_on, with_template

#: Where istiod's container sees the ConfigMap; nothing reads it there.
_FOLDER: Final = "/etc/istio/injection-templates"

_VOLUME: Final = "injection-templates"


def starts_with_templates(injector: str) -> pulumi.ResourceTransform:
    """Return the transform that lets istiod's Pods start only once the ConfigMap `injector` exists.

    istiod looks for it once, at its start; without it, it logs "Skipping sidecar injector, template not found" and
    answers no webhook of the injector until it is started again (istio.io/istio 1.27.0,
    pilot/pkg/bootstrap/sidecarinjector.go). The chart's objects are made side by side, so where the image is already on
    the node, istiod is faster than its ConfigMap. A volume is what the kubelet waits for.

    Arguments:
        injector: name of the ConfigMap with the templates.
    """

    @only_on(DEPLOYMENT)
    def wait_for_templates(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        return with_template(args, lambda template: {**template, "spec": _with_volume(template["spec"], injector)})

    return wait_for_templates


def _with_volume(pod: dict[str, Any], config_map: str) -> dict[str, Any]:
    mount = {"name": _VOLUME, "mountPath": _FOLDER, "readOnly": True}
    first, *others = cast("list[dict[str, Any]]", pod["containers"])
    volume = {"name": _VOLUME, "configMap": {"name": config_map}}
    mounting = {**first, "volumeMounts": [*_list(first, "volumeMounts"), mount]}
    return {**pod, "containers": [mounting, *others], "volumes": [*_list(pod, "volumes"), volume]}


def _list(props: dict[str, Any], key: str) -> list[Any]:
    return cast("list[Any]", props.get(key) or [])
