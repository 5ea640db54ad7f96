"""The control planes of an environment, and which namespace has its sidecars from which: plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from packaging.version import Version

from components.constants.names import DEFAULT_REVISION, injection_label

AnyVersion = TypeVar("AnyVersion", bound=Version)


@dataclass(frozen=True)
class Revisions(Generic[AnyVersion]):
    """The control planes of an environment.

    Whatever asks for a control plane does so by the name of its revision or by a tag, which stands for a revision
    (https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels).

    Arguments:
        versions: revision -> exact Istio version; `default` is the revision without a name.
        standard: revision or tag that a namespace asks for unless `namespaces` says otherwise.
        tags: tag -> revision. Default: none.
        namespaces: namespace -> the revision or tag that it asks for. Default: none.
    """

    versions: Mapping[str, AnyVersion]
    standard: str = DEFAULT_REVISION
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    namespaces: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def main(self) -> str:
        """The revision of the namespaces that ask for no other."""
        return self.meant(self.standard)

    def meant(self, asked: str) -> str:
        """Return the revision that is meant by a revision or tag."""
        return self.tags.get(asked, asked)

    def asked_by(self, namespace: str) -> str:
        """Return the revision or tag that a namespace asks for."""
        return self.namespaces.get(namespace, self.standard)

    def of(self, namespace: str) -> str:
        """Return the revision that a namespace has its sidecars from."""
        return self.meant(self.asked_by(namespace))

    def version_of(self, namespace: str) -> AnyVersion:
        """Return the Istio version of a namespace's sidecars."""
        return self.versions[self.of(namespace)]

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for: every revision and every tag."""
        return (*self.versions, *self.tags)

    @property
    def labels(self) -> list[dict[str, str]]:
        """The labels by which namespaces ask for sidecars of one of the control planes, each once."""
        return [injection_label(unnamed(name)) for name in self.names]

    def selector(self, namespaces: Iterable[str]) -> dict[str, Any]:
        """Return the label selector (Kubernetes) of the namespaces with sidecars.

        One selector can't say that either of two labels will do. So where some ask by `istio-injection` and others by
        `istio.io/rev`, it is by the names of the environment's own.

        Arguments:
            namespaces: names of the environment's namespaces.
        """
        labels = self.labels
        if len(labels) == 1:
            return {"matchLabels": labels[0]}
        keys = {key for label in labels for key in label}
        if len(keys) == 1:
            (key,) = keys
            return _one_of(key, [label[key] for label in labels])
        return _one_of("kubernetes.io/metadata.name", sorted(namespaces))


def unnamed(revision: str) -> str | None:
    """Return a revision as Istio's charts name it: the default one has no name."""
    return None if revision == DEFAULT_REVISION else revision


def suffix(revision: str) -> str:
    """Return what the names of a revision's objects end with: `-<revision>`, or nothing for the default one."""
    return "" if revision == DEFAULT_REVISION else f"-{revision}"


def _one_of(key: str, values: list[str]) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": "In", "values": values}]}
