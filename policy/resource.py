"""A resource as rules see it: plain data, without the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policy.reading import at, known


@dataclass(frozen=True)
class Leak:
    """A secret of the stack's configuration that a resource holds.

    Arguments:
        path: where it stands, for example `spec.template.spec.containers[0].env[1].value`.
        encrypted: whether Pulumi keeps it encrypted there.
    """

    path: str
    encrypted: bool


@dataclass(frozen=True)
class Resource:
    """A resource of a stack.

    Arguments:
        type: its type token, for example `kubernetes:apps/v1:Deployment`.
        name: its name in Pulumi.
        properties: its inputs, secrets readable; `reading.UNKNOWN` where a value is not known yet.
        protected: whether Pulumi refuses to delete it; `None` where the engine does not say.
        leaks: the secrets of the stack's configuration that stand in it.
        urn: its URN; empty (default) if there is none.
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    protected: bool | None = None
    leaks: tuple[Leak, ...] = ()
    urn: str = ""

    @property
    def kind(self) -> str:
        """The type token; of Kubernetes' types without group and version: `kubernetes:Deployment`."""
        return kind_of(self.type)

    @property
    def namespace(self) -> str:
        """The namespace of a Kubernetes object; `default` if it names none."""
        return str(at(self.properties, "metadata.namespace") or "default")

    @property
    def object_name(self) -> str:
        """The name of a Kubernetes object; empty if Pulumi chooses it."""
        return str(at(self.properties, "metadata.name") or "")

    def label(self, key: str) -> str | None:
        """Return a label of a Kubernetes object, or `None`."""
        labels: Mapping[str, Any] = at(self.properties, "metadata.labels") or {}
        return known(labels.get(key))


def kind_of(type_token: str) -> str:
    """Return what rules call the type of a resource; see `Resource.kind`."""
    package, _, rest = type_token.partition(":")
    return f"kubernetes:{rest.rpartition(':')[2]}" if package == "kubernetes" else type_token
