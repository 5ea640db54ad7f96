"""Whether Pods have the sidecars that they are to have: pure judgement of Pod objects."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from common.images import version_of
from common.plain import at, map_at
from components.constants.names import COLLECTOR_SELECTOR, DEFAULT_REVISION, JAEGER_SELECTOR
from verify.causes import Cause
from verify.cluster.deployments import complaints, replicas
from verify.cluster.pods import (
    PROXY,
    Pod,
    containers,
    is_over,
    is_ready,
    matches,
    mounted_secrets,
    name_of,
    phase,
    why_not_ready,
)
from verify.expected import Expected
from verify.outcomes import Finding, failed, passed, skipped

#: Annotation in which the injector notes the revision that it is of.
_REVISION: Final = "istio.io/rev"

#: Label by which the injector notes the workload of a Pod.
_WORKLOAD: Final = "service.istio.io/canonical-name"


@dataclass(frozen=True)
class Seen:
    """What a namespace with sidecars holds.

    Arguments:
        namespace: its name.
        pods: its Pods.
        deployments: its Deployments.
        secrets: the names of its Secrets.
    """

    namespace: str
    pods: Sequence[Pod]
    deployments: Sequence[Mapping[str, Any]]
    secrets: Collection[str]


@dataclass(frozen=True)
class _Fault:
    cause: Cause
    pod: str
    evidence: str


def judge_sidecars(seen: Seen, expected: Expected) -> list[Finding]:
    """Return whether every Pod of a namespace has a ready sidecar of the stack's version and revision.

    Left to stages of their own: readiness of the gateway, which is a proxy as a whole; the start of the Collector and
    of Jaeger; and Pods that wait for a Secret of the stack, whose absence the stages of the CA and the token report.
    """
    namespace = seen.namespace
    title = f"Pods of {namespace} have sidecars of Istio {expected.istio_version}"
    pods = [pod for pod in seen.pods if not is_over(pod) and not pod["spec"].get("hostNetwork")]
    waiting = {name_of(pod): missing for pod in pods if (missing := _missing_secrets(pod, seen.secrets))}
    faults = [fault for pod in pods for fault in _faults(pod, expected, waits=name_of(pod) in waiting)]
    faults += _without_pods(seen, expected.gateway.selector)
    found = [
        failed(title, cause, *(each.evidence for each in alike), namespace=namespace, pod=alike[0].pod)
        for cause in dict.fromkeys(each.cause for each in faults)
        if (alike := [each for each in faults if each.cause is cause])
    ]
    found += [
        skipped(f"sidecar of {namespace}/{pod} is ready", f"the Pod waits for Secret {', '.join(sorted(missing))}")
        for pod, missing in waiting.items()
    ]
    if faults:
        return found
    if not pods:
        return [skipped(title, "there are no Pods")]
    return [passed(title, f"{len(pods)} Pods, revision {expected.istio_revision}: {_workloads(pods)}"), *found]


def _workloads(pods: Sequence[Pod]) -> str:
    """Return the workloads of Pods, as Istio names them."""
    names = {str(map_at(pod, "metadata", "labels").get(_WORKLOAD) or name_of(pod)) for pod in pods}
    return ", ".join(sorted(names))


def _missing_secrets(pod: Pod, secrets: Collection[str]) -> set[str]:
    return mounted_secrets(pod) - set(secrets) if phase(pod) == "Pending" else set()


def _faults(pod: Pod, expected: Expected, *, waits: bool) -> Iterator[_Fault]:
    name = name_of(pod)
    proxy = next((each for each in containers(pod) if each["name"] == PROXY), None)
    if proxy is None:
        yield _Fault(Cause.SIDECAR_MISSING, name, f"Pod {name} has no container {PROXY}")
        return
    image = str(proxy["image"])
    if version_of(image) not in {None, expected.istio_version}:
        yield _Fault(Cause.SIDECAR_OTHER_VERSION, name, f"Pod {name} has {image}")
    revision = at(pod, "metadata", "annotations", _REVISION) or DEFAULT_REVISION
    if revision != expected.istio_revision:
        yield _Fault(Cause.SIDECAR_OTHER_REVISION, name, f"Pod {name} is of revision {revision}")
    if not waits and not is_ready(pod, PROXY) and not _has_own_stage(pod, expected.gateway.selector):
        yield _Fault(Cause.SIDECAR_NOT_READY, name, f"Pod {name}: {why_not_ready(pod, PROXY)}")


def _has_own_stage(pod: Pod, gateway: Mapping[str, str]) -> bool:
    has_not_started = phase(pod) != "Running" and any(matches(pod, it) for it in (COLLECTOR_SELECTOR, JAEGER_SELECTOR))
    return matches(pod, gateway) or has_not_started


def _without_pods(seen: Seen, gateway: Mapping[str, str]) -> Iterator[_Fault]:
    """Yield the Deployments that want Pods and have none, because they are refused: there is nothing to look at."""
    for deployment in seen.deployments:
        selector = map_at(deployment, "spec", "selector", "matchLabels")
        own_stage = selector.items() in [each.items() for each in (gateway, COLLECTOR_SELECTOR, JAEGER_SELECTOR)]
        if replicas(deployment)[1] == 0 or own_stage or any(matches(pod, selector) for pod in seen.pods):
            continue
        name = str(deployment["metadata"]["name"])
        yield _Fault(
            Cause.SIDECAR_NOT_READY, name, "; ".join([f"Deployment {name} has no Pod", *complaints(deployment)])
        )
