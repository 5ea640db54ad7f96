"""The cases of the policy pack's tests: resources that break each rule, and resources that don't."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from policy.resource import Leak, Resource

#: The type of the resources of a file that name none.
_TYPES: Final = {"gke": "gcp:container/cluster:Cluster", "gke_nodes": "gcp:container/nodePool:NodePool"}


@dataclass(frozen=True)
class Case:
    """Resources of one stack, and the rule that they are about.

    Arguments:
        rule: the rule's name.
        breaks: whether they break it.
        number: the case's number among those of its kind.
        resources: the resources.
    """

    rule: str
    breaks: bool
    number: int
    resources: tuple[Resource, ...]

    def __str__(self) -> str:
        return f"{self.rule}-{'violating' if self.breaks else 'clean'}-{self.number}"


def cases() -> list[Case]:
    """Return all cases."""
    return [case for file in sorted(Path(__file__).with_name("cases").glob("*.yaml")) for case in _cases(file)]


def _cases(file: Path) -> list[Case]:
    document: dict[str, dict[str, list[list[dict[str, Any]]]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Case(rule, kind == "violating", number, tuple(resource(file.stem, **each) for each in listed))
        for rule, groups in document.items()
        for kind, group in groups.items()
        for number, listed in enumerate(group, start=1)
    ]


def resource(subject: str = "", **given: Any) -> Resource:
    """Return a resource; what a case of Kubernetes often names has a short form.

    Arguments:
        subject: the name of the case's file.
        given: `type` or `kind`; `properties`; `named` (by default `tested`), `namespace`, `labels` of the object;
            `pod`, the specification of its Pods, with `annotations`; `protected`; `leaks`.
    """
    properties: dict[str, Any] = given.get("properties", {})
    named = given.get("named", "tested" if "kind" in given and "metadata" not in properties else None)
    metadata = {"name": named, "namespace": given.get("namespace"), "labels": given.get("labels")}
    if any(metadata.values()):
        properties = {**properties, "metadata": {key: value for key, value in metadata.items() if value}}
    if "pod" in given:
        template = {"metadata": {"annotations": given.get("annotations", {})}, "spec": given["pod"]}
        properties = {**properties, "spec": {"template": template}}
    return Resource(
        type=given.get("type") or (f"kubernetes:any/v1:{given['kind']}" if "kind" in given else _TYPES[subject]),
        name="tested",
        properties=properties,
        protected=given.get("protected"),
        leaks=tuple(Leak(**leak) for leak in given.get("leaks", ())),
    )
