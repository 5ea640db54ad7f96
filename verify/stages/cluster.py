"""The first link: the API server answers, and its Kubernetes version is one that the Istio version is supported on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from packaging.version import Version

from components.versions.support import minor, refusal, support_of
from verify.causes import Cause
from verify.cluster.api import ClusterError, KubeconfigError
from verify.context import Context
from verify.outcomes import Finding, failed, passed, warned
from verify.stage import Stage


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Ask the API server for its version, and for something that only a known user gets."""
    title = f"cluster {context.expected.cluster_name} answers"
    try:
        api = context.kubernetes
        progress(f"asking {api.server}")
        version = str(api.get("/version")["gitVersion"])
        api.get("/api/v1/nodes", [("limit", "1")])
    except KubeconfigError as error:
        return [failed(title, Cause.KUBECONFIG_UNUSABLE, str(error))]
    except ClusterError as error:
        refused = error.status in {401, 403}
        return [failed(title, Cause.CLUSTER_FORBIDS if refused else Cause.CLUSTER_UNREACHABLE, str(error))]
    answers = passed(title, f"{api.server}, Kubernetes {version}")
    kubernetes = Version(version.partition("-")[0].partition("+")[0])
    return [answers, *judge_versions(context.expected.istio_version, kubernetes, datetime.now(UTC).date())]


STAGE: Final = Stage("cluster", "cluster", 10, check, needs=frozenset())


def judge_versions(istio: Version, kubernetes: Version, today: date) -> list[Finding]:
    """Return whether Istio's version is supported, and on this Kubernetes, by `components.versions.support`."""
    title = f"Istio {istio} is supported on Kubernetes {minor(kubernetes)}"
    row = support_of(istio)
    if why := refusal(istio, kubernetes):
        return [failed(title, Cause.KUBERNETES_UNSUPPORTED, why)]
    if row is None or row.kubernetes is None:
        return [passed(title, "no source says otherwise, by components/versions/support.py")]
    first, last = row.kubernetes
    found: list[Finding] = []
    if first <= minor(kubernetes) <= last:
        found.append(passed(title, f"Istio {row.istio} is supported on Kubernetes {first} to {last}"))
    else:
        evidence = f"Istio {row.istio} is supported on Kubernetes {first} to {last}"
        found.append(warned(title, Cause.KUBERNETES_UNSUPPORTED, evidence))
    if row.ends and row.ends < today:
        ended = f"support of Istio {row.istio} ended on {row.ends}"
        found.append(warned(f"security fixes of Istio {row.istio}", Cause.ISTIO_OUT_OF_SUPPORT, ended))
    return found
