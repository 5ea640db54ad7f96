"""Whom a role in the cluster is bound to."""

import re
from dataclasses import dataclass
from typing import Any, Final

_EMAIL: Final = r"[^@\s:/]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+"
_NAME: Final = r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?"
_POOL: Final = (
    r"iam\.googleapis\.com/(?:locations/global/workforcePools|projects/[0-9]+/locations/global/workloadIdentityPools)"
    r"/[a-z0-9-]+"
)

#: How somebody is written -> the kind of subject that Kubernetes knows such a one as on GKE
#: (https://cloud.google.com/kubernetes-engine/docs/how-to/role-based-access-control#rolebinding).
_KINDS: Final = (
    (_EMAIL, "User"),
    (rf"(?:user|serviceAccount):(?P<name>{_EMAIL})", "User"),
    (rf"principal://{_POOL}/subject/\S+", "User"),
    (rf"group:(?P<name>{_EMAIL})", "Group"),
    (rf"principalSet://{_POOL}/\S+", "Group"),
    (rf"system:serviceaccount:(?P<namespace>{_NAME}):(?P<name>{_NAME})", "ServiceAccount"),
)

#: The same in words.
SUBJECT_WORDS: Final = (
    "the email address of a user or of a Google service account, group:<email address>, "
    "system:serviceaccount:<namespace>:<name>, or a principal:// or principalSet:// of a workforce or workload "
    "identity pool"
)


@dataclass(frozen=True)
class Subject:
    """A user, a group or a service account.

    Arguments:
        kind: `User`, `Group` or `ServiceAccount`.
        name: its name, as the API server knows it; text or, where Google says it, an Output of it.
        namespace: the namespace of a `ServiceAccount`; `None` (default) for any other.
    """

    kind: str
    name: Any
    namespace: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Read one as `SUBJECT_WORDS` says; the prefixes `user:` and `serviceAccount:` of IAM are understood too.

        Raises:
            ValueError: if it is none of these.
        """
        for pattern, kind in _KINDS:
            match = re.fullmatch(pattern, text, re.ASCII)
            if match:
                parts = match.groupdict()
                return cls(kind, parts.get("name") or text, parts.get("namespace"))
        raise ValueError
