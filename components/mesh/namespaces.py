"""The namespaces whose Pods get sidecars.

Left out on purpose: the control plane's namespace (made by `Mesh`) and everything that lives in these namespaces.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as kubernetes

from components.constants.names import injection_label
from components.kubernetes.objects import recommended_labels
from components.kubernetes.pod_security import PodSecurity, pod_security_labels

#: Namespaces that every cluster already has: they are labelled, never made, and not deleted with the stack.
GIVEN_NAMESPACES = frozenset({"default"})


@dataclass(frozen=True)
class NamespacesArgs:
    """Arguments of `Namespaces`.

    Arguments:
        names: names of the namespaces, each once.
        shared: those of them that hold other people's workloads too. They are made if they don't exist, but stay, with
            all that is in them, when they are taken from the list or the stack is destroyed. Default: none.
        revisions: name -> the revision or tag that is asked for sidecars there; where none is named, and that is the
            default, the revision without a name.
        enforced: name -> the Pod Security Standard that is enforced there. Where none is named, and that is the
            default, that is left to the namespace's owner.
        protect_shared: whether Pulumi refuses to delete the shared ones. Default `False`.
    """

    names: Sequence[str]
    shared: Collection[str] = ()
    revisions: Mapping[str, str] = field(default_factory=dict[str, str])
    enforced: Mapping[str, PodSecurity] = field(default_factory=dict[str, PodSecurity])
    protect_shared: bool = False


class Namespaces(pulumi.ComponentResource):
    """One namespace for each name, labelled so that Istio injects sidecars into its Pods.

    Attributes:
        names: plain name -> the same name as an output of the namespace, so that whatever uses it waits for it.
    """

    names: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: NamespacesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:namespaces:Namespaces", name, {}, opts)
        self.names = {each: self._namespace(f"{name}-{each}", each, args) for each in args.names}
        self.register_outputs({"names": list(self.names)})

    def _namespace(self, resource_name: str, namespace: str, args: NamespacesArgs) -> pulumi.Output[str]:
        labels = injection_label(args.revisions.get(namespace))
        if namespace in GIVEN_NAMESPACES:
            patch = kubernetes.core.v1.NamespacePatch(
                resource_name,
                metadata={"name": namespace, "labels": labels},
                opts=pulumi.ResourceOptions(parent=self),
            )
            return patch.metadata.name.apply(lambda it: it or namespace)
        shared = namespace in args.shared
        opts = pulumi.ResourceOptions(
            parent=self, retain_on_delete=shared or None, protect=(shared and args.protect_shared) or None
        )
        labels |= pod_security_labels(args.enforced.get(namespace))
        labels |= recommended_labels(namespace, part_of="traced-mesh")
        made = kubernetes.core.v1.Namespace(resource_name, metadata={"name": namespace, "labels": labels}, opts=opts)
        return made.metadata.name
