"""Rules about what Pods may do and take.

Source: the restricted Pod Security Standard, https://kubernetes.io/docs/concepts/security/pod-security-standards/.
"""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.reading import at, entries, mapping, texts
from policy.resource import Resource
from policy.rule import BEYOND_DEV, EVERYWHERE, ResourceRule
from policy.workload import WORKLOADS, containers, pod

#: Capabilities that give a container power over its node (https://man7.org/linux/man-pages/man7/capabilities.7.html).
_POWERS: Final = frozenset({"ALL", "BPF", "NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE"})

#: An image with a digest, or with a tag; a registry's port is no tag.
_PINNED: Final = re.compile(r"@sha256:[0-9a-f]{64}$|:(?!latest$)[\w][\w.-]*$")

#: The image for which Istio's injector puts its proxy in, at istiod's own version
#: (https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway).
INJECTED_IMAGE: Final = "auto"


def _privileged(workload: Resource) -> Iterator[str]:
    for name, container in containers(workload):
        if at(container, "securityContext.privileged") is True:
            yield f"container '{name}' is privileged: it is root on its node"
        powers = _POWERS.intersection(texts(container, "securityContext.capabilities.add"))
        if powers:
            yield f"container '{name}' adds the capabilities {', '.join(sorted(powers))}"


def _host(workload: Resource) -> Iterator[str]:
    spec = mapping(pod(workload), "spec")
    for what in ("hostNetwork", "hostPID", "hostIPC"):
        if at(spec, what) is True:
            yield f"{what} is on"
    for volume in entries(spec, "volumes"):
        if at(volume, "hostPath") is not None:
            yield f"volume '{volume.get('name')}' is the node's folder {at(volume, 'hostPath.path')}"


def _root(workload: Resource) -> Iterator[str]:
    of_pod = at(pod(workload), "spec.securityContext.runAsNonRoot")
    for name, container in containers(workload):
        own = at(container, "securityContext.runAsNonRoot")
        if (of_pod if own is None else own) is not True:
            yield f"container '{name}' may run as root"
        elif at(container, "securityContext.runAsUser") == 0:
            yield f"container '{name}' runs as user 0, which is root"


def _escalation(workload: Resource) -> Iterator[str]:
    for name, container in containers(workload):
        if at(container, "securityContext.allowPrivilegeEscalation") is not False:
            yield f"container '{name}' may gain rights that it was not started with"


def _resources(workload: Resource) -> Iterator[str]:
    for name, container in containers(workload):
        wanted = ("requests.cpu", "requests.memory", "limits.memory")
        missing = [path for path in wanted if at(container, f"resources.{path}") is None]
        if missing:
            yield f"container '{name}' has no {', no '.join(missing)}"


def _image(workload: Resource) -> Iterator[str]:
    for name, container in containers(workload):
        image = str(at(container, "image") or "")
        if image != INJECTED_IMAGE and not _PINNED.search(image):
            yield f"container '{name}' runs {image or 'no image'}, which may be another one tomorrow"


RULES: Final = (
    ResourceRule(
        "pod-unprivileged",
        "No container is privileged or has power over its node.",
        Severity.CRITICAL,
        EVERYWHERE,
        "remove securityContext.privileged and those capabilities",
        WORKLOADS,
        _privileged,
    ),
    ResourceRule(
        "pod-off-the-host",
        "No Pod shares its node's network, processes or files.",
        Severity.CRITICAL,
        EVERYWHERE,
        "remove hostNetwork, hostPID, hostIPC and hostPath volumes",
        WORKLOADS,
        _host,
    ),
    ResourceRule(
        "pod-not-root",
        "No container runs as root.",
        Severity.HIGH,
        BEYOND_DEV,
        "set securityContext.runAsNonRoot to true, of the Pod or of each container",
        WORKLOADS,
        _root,
    ),
    ResourceRule(
        "pod-no-escalation",
        "No container gains rights that it was not started with.",
        Severity.MEDIUM,
        BEYOND_DEV,
        "set securityContext.allowPrivilegeEscalation to false in each container",
        WORKLOADS,
        _escalation,
    ),
    ResourceRule(
        "pod-resources",
        "Each container says what CPU and memory it needs, and how much memory it may take.",
        Severity.MEDIUM,
        BEYOND_DEV,
        "set resources.requests and resources.limits; istiod's and the sidecars' by traced-mesh:istiodValues",
        WORKLOADS,
        _resources,
    ),
    ResourceRule(
        "image-pinned",
        "Each image has a tag other than latest, or a digest.",
        Severity.MEDIUM,
        EVERYWHERE,
        "name the image's version",
        WORKLOADS,
        _image,
    ),
)
