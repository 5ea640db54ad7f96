"""The values that the program gives to Istio's charts, decided by pure functions on plain data.

A team may add values of its own (`baseValues`, `istiodValues`, `cniValues`); what the program owns always wins, and
settings refuse a value that would be overruled, naming the configuration key to use instead.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, cast

from packaging.version import Version

from common.plain import at, list_at
from components.constants.choices import PodNetwork
from components.constants.names import FILES_TEMPLATE, ISTIO_NAMESPACE
from components.kubernetes.resources import RESOURCES
from components.model.chart_values import DEFAULT_TEMPLATES, PREFIXES, PROVIDERS, Values

#: First Kubernetes version in which a container says by a field what AppArmor is to do with it
#: (https://kubernetes.io/docs/tutorials/security/apparmor/).
_APP_ARMOR_FIELD: Final = Version("1.30")

#: How many Pods of istiod the charts' autoscaler makes at most (chart value `pilot.autoscaleMax`).
_MOST_PODS: Final = 5


def base_values(*, revision: str | None, extra: Mapping[str, Any]) -> Values:
    """Return the values of the base chart.

    Arguments:
        revision: the control plane's revision; `None` is the default one.
        extra: the team's own values.
    """
    return merged(extra, {"defaultRevision": revision or "default", "global": {"istioNamespace": ISTIO_NAMESPACE}})


def istiod_values(
    *,
    version: str,
    hub: str,
    revision: str | None,
    replicas: int,
    pod_network: PodNetwork,
    tracing: Mapping[str, Any],
    extra: Mapping[str, Any],
) -> Values:
    """Return the values of the istiod chart.

    Arguments:
        version: exact Istio version, the tag of the images.
        hub: registry and path of Istio's images, for example `docker.io/istio`.
        revision: the control plane's revision; `None` is the default one.
        replicas: number of istiod's Pods that there are at least; the chart's autoscaler adds more under load.
        pod_network: who leads Pods' traffic through their sidecars.
        tracing: what `tracing_values` returned.
        extra: the team's own values.
    """
    ours = merged(tracing, {"global": {"hub": hub, "tag": version, "istioNamespace": ISTIO_NAMESPACE}})
    ours = merged(ours, _replicas(replicas))
    if pod_network is PodNetwork.ISTIO_CNI:
        ours = merged(ours, {"pilot": {"cni": {"enabled": True}}})
    if revision:
        ours["revision"] = revision
    values = merged(_defaults(replicas, extra), merged(extra, ours))
    _extend(values, PROVIDERS, list_at(extra, *PROVIDERS), list_at(tracing, *PROVIDERS))
    templates = [each for each in list_at(tracing, *DEFAULT_TEMPLATES) if each == FILES_TEMPLATE]
    _extend(values, DEFAULT_TEMPLATES, list_at(extra, *DEFAULT_TEMPLATES), templates)
    return values


def cni_values(*, version: str, hub: str, gke: bool, kubernetes: Version | None, extra: Mapping[str, Any]) -> Values:
    """Return the values of the cni chart.

    On GKE the runtime has its plugins in a folder of Google's, and Pods of priority `system-node-critical`, as the
    agent is, need a ResourceQuota outside `kube-system`
    (https://istio.io/latest/docs/ambient/install/platform-prerequisites/#google-kubernetes-engine-gke). The charts' own
    profile `gke` makes the quota too, but not before 1.26, and leaves the folder to what Helm is told of the cluster.

    Arguments:
        version: exact Istio version, the tag of the image.
        hub: registry and path of Istio's images.
        gke: whether the cluster is one that the program makes on GKE.
        kubernetes: version of the cluster; `None` if it is not known.
        extra: the team's own values.
    """
    own: Values = {
        "resources": RESOURCES["cni"].values(),
        "seccompProfile": {"type": "RuntimeDefault"},
        "useAppArmorAnnotation": kubernetes is not None and kubernetes < _APP_ARMOR_FIELD,
    }
    platform: Values = {"cniBinDir": "/home/kubernetes/bin", "resourceQuotas": {"enabled": True}} if gke else {}
    return merged(merged(merged(own, platform), extra), {"global": {"hub": hub, "tag": version}})


def _replicas(replicas: int) -> Values:
    """Return the values that keep so many Pods. Of a single one a disruption budget would only block every drain."""
    return {
        "pilot": {"autoscaleMin": replicas, "replicaCount": replicas},
        "global": {"defaultPodDisruptionBudget": {"enabled": replicas > 1}},
    }


def _defaults(replicas: int, extra: Mapping[str, Any]) -> Values:
    """Return the values that hold unless a team has its own, wherever it has put them."""
    pilot = {"resources": RESOURCES["istiod"].values(), "autoscaleMax": max(_MOST_PODS, replicas)}
    places = [at(extra, *prefix.split(".")[:-1]) for prefix in PREFIXES]
    return {"pilot": {key: value for key, value in pilot.items() if all(at(each, key) is None for each in places)}}


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Values:
    """Return `over` laid on `under`, mapping by mapping; anything else in `over` replaces what it meets."""
    result: Values = deepcopy(dict(under))
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(cast("Mapping[str, Any]", below), cast("Mapping[str, Any]", value))
        else:
            result[key] = deepcopy(value)
    return result


def _extend(values: Values, path: Sequence[str], theirs: list[Any], ours: list[Any]) -> None:
    """Put `theirs` and then `ours` at a path, each entry once, where both have something to say."""
    if not theirs or not ours:
        return
    *parents, last = path
    at(values, *parents)[last] = [*theirs, *(each for each in ours if each not in theirs)]
