"""Which Pod Security Standard the API server enforces in a namespace (https://kubernetes.io/docs/concepts/security/pod-security-admission/)."""

from enum import StrEnum


class PodSecurity(StrEnum):
    """Pod Security Standards that are enforced (https://kubernetes.io/docs/concepts/security/pod-security-standards/).

    - `RESTRICTED`: hardened Pods only.
    - `PRIVILEGED`: any Pod. Nothing stricter works for the agent of Istio's CNI plugin, which mounts folders of its
      node; nor, without that plugin, where Istio injects sidecars: their init container sets up the redirection and
      needs NET_ADMIN and NET_RAW for that, which baseline refuses too.
    """

    RESTRICTED = "restricted"
    PRIVILEGED = "privileged"


def pod_security_labels(enforced: PodSecurity | None) -> dict[str, str]:
    """Return the labels of a namespace; whatever is enforced, what restricted would refuse is warned of and audited.

    Arguments:
        enforced: what the API server enforces; `None` leaves that to the namespace's owner.
    """
    hints = {f"pod-security.kubernetes.io/{mode}": PodSecurity.RESTRICTED.value for mode in ("audit", "warn")}
    return hints if enforced is None else {"pod-security.kubernetes.io/enforce": enforced.value, **hints}
