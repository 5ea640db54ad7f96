"""What may break a rule, and why: objects of Istio's own charts that are made so on purpose. One table.

An exception names one rule and one object; a rule is never silenced as a whole.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from components.constants.names import CNI_AGENT
from policy.resource import Resource
from policy.rule import Rule


@dataclass(frozen=True)
class Exemption:
    """One object that may break one rule.

    Arguments:
        rule: the rule's name.
        kind: the object's kind, as `Resource.kind` has it.
        name: its name; `*` stands for any characters.
        reason: why it is made so, and why that does no harm.
        source: where that can be read.
    """

    rule: str
    kind: str
    name: str
    reason: str
    source: str

    def covers(self, rule: Rule, resource: Resource) -> bool:
        """Tell whether a resource may break a rule."""
        same = (self.rule, self.kind) == (rule.name, resource.kind)
        return same and fnmatchcase(resource.object_name, self.name)


EXEMPTIONS: Final = (
    *(
        Exemption(
            rule,
            "kubernetes:DaemonSet",
            CNI_AGENT,
            "It changes the network of other Pods and the node's CNI folders, so that no Pod of the mesh needs such "
            "rights; it is alone in its namespace, and nobody reaches it.",
            "istio.io/istio 1.31, manifests/charts/istio-cni/templates/daemonset.yaml",
        )
        for rule in ("pod-unprivileged", "pod-off-the-host", "pod-not-root", "pod-no-escalation")
    ),
    *(
        Exemption(
            "webhook-fails-closed",
            "kubernetes:ValidatingWebhookConfiguration",
            name,
            "Nobody answers it before istiod runs, so the chart makes it passable; istiod closes it as soon as it has "
            "refused a wrong object, and `mesh-validator-answers` waits for that before any other object of Istio's.",
            "istio.io/istio 1.27.0, pkg/webhooks/validation/controller/controller.go",
        )
        for name in ("istiod-default-validator", "istio-validator*")
    ),
)


def is_exempt(rule: Rule, resource: Resource) -> bool:
    """Tell whether a resource may break a rule."""
    return any(each.covers(rule, resource) for each in EXEMPTIONS)
