"""The finished objects of a stack, as Pulumi's state holds them after an update: what the peers make too.

So every contender makes the same objects, and waits for the same: what the program waits for is in its annotations.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

Object = Mapping[str, Any]

#: The annotation by which the program says what is waited for (`components/kubernetes/objects.py`).
_WAIT_FOR: Final = "pulumi.com/waitFor"

#: Pulumi's mark of a secret in exported state, whose plain value stands beside it as JSON
#: (pulumi/sdk 3.259.0, go/common/resource/sig/sig.go).
_SECRET_MARK: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the mark is public

_CHART: Final = "kubernetes:helm.sh/v4:Chart::"


@dataclass(frozen=True)
class Wait:
    """A condition that an object must fulfil.

    Arguments:
        kind: the object's kind, for example `ValidatingWebhookConfiguration`.
        name: its name.
        namespace: its namespace; `None` if it has none.
        condition: as `kubectl wait --for` takes it.
    """

    kind: str
    name: str
    namespace: str | None
    condition: str


@dataclass(frozen=True)
class Made:
    """One object that a stack has made.

    Arguments:
        object: the object, as it was handed to the API server.
        chart: name of the chart's release that it belongs to; `None` if it belongs to none.
        kept: whether it stays when the stack is destroyed.
    """

    object: Object
    chart: str | None
    kept: bool

    @property
    def kind(self) -> str:
        """Its kind, for example `Deployment`."""
        return self.object["kind"]


@dataclass(frozen=True)
class Objects:
    """All objects of a stack, in the order in which they were made.

    Arguments:
        made: the objects.
        answers: what proves that the control plane answers; what is Istio's or has Pods comes after that.
    """

    made: Sequence[Made]
    answers: Sequence[Wait]

    @classmethod
    def of_deployment(cls, exported: Mapping[str, Any]) -> "Objects":
        """Return the objects in what `pulumi stack export --show-secrets` has printed."""
        resources = [each for each in exported["deployment"]["resources"] if _is_object(each)]
        return cls(
            [_made(each) for each in resources if not _is_patch(each)],
            waits(_plain(each["inputs"]) for each in resources if _is_patch(each)),
        )

    def of(self, *kinds: str) -> list[Object]:
        """Return the objects of some kinds."""
        return [each.object for each in self.made if each.kind in kinds]

    @property
    def foundation(self) -> list[Object]:
        """What comes before the control plane answers: namespaces, and what Istio's charts make."""
        return [each.object for each in self.made if each.kind == "Namespace" or each.chart]

    @property
    def rest(self) -> list[Object]:
        """What comes when the control plane answers."""
        return [each.object for each in self.made if each.kind != "Namespace" and not each.chart]

    @property
    def shared_namespaces(self) -> list[str]:
        """Names of the namespaces that stay when the stack is destroyed: those of applications."""
        return [each.object["metadata"]["name"] for each in self.made if each.kind == "Namespace" and each.kept]

    @property
    def removed(self) -> list[Object]:
        """What is removed with the stack, what was made last first."""
        return [each.object for each in reversed(self.made) if not each.kept]


def waits(objects: Iterable[Object]) -> list[Wait]:
    """Return what the program waits for of these objects, beyond the rollouts of their Deployments."""
    found: list[Wait] = []
    for each in objects:
        metadata = each["metadata"]
        condition = metadata.get("annotations", {}).get(_WAIT_FOR)
        if condition:
            found.append(Wait(each["kind"], metadata["name"], metadata.get("namespace"), condition))
    return found


def _is_object(resource: Mapping[str, Any]) -> bool:
    return resource["custom"] and resource["type"].startswith("kubernetes:")


def _is_patch(resource: Mapping[str, Any]) -> bool:
    return resource["type"].endswith("Patch")


def _made(resource: Mapping[str, Any]) -> Made:
    parent: str = resource["parent"]
    chart = parent.partition(_CHART)[2] or None
    return Made(_plain(resource["inputs"]), chart, bool(resource.get("retainOnDelete")))


def _plain(value: Any) -> Any:
    """Return a value of the state without Pulumi's marks of secrets."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        if _SECRET_MARK in entries:
            return _plain(json.loads(entries["plaintext"]))
        return {key: _plain(each) for key, each in entries.items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[Any]", value)]
    return value
