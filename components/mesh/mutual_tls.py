"""Mutual TLS for the whole mesh: what every sidecar takes in, unless its namespace or workload says otherwise.

Left out on purpose: DestinationRules, since sidecars choose mutual TLS by themselves towards whoever has a sidecar
(https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#auto-mutual-tls).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.constants.choices import MutualTlsMode
from components.constants.names import ISTIO_NAMESPACE
from components.kubernetes.istio_objects import IstioObject, istio_object
from components.kubernetes.objects import recommended_labels

#: Name of the mesh-wide PeerAuthentication; what makes it mesh-wide is the control plane's namespace.
MESH_WIDE: Final = "default"


@dataclass(frozen=True)
class MutualTlsArgs:
    """Arguments of `MutualTls`.

    Arguments:
        mode: what sidecars take in.
        security_api: `apiVersion` of PeerAuthentication, for example `security.istio.io/v1`.
        after: what proves that the validator answers (`Mesh.answering`). Default: nothing.
    """

    mode: MutualTlsMode
    security_api: str
    after: Sequence[pulumi.Resource] = ()


class MutualTls(pulumi.ComponentResource):
    """The mesh-wide PeerAuthentication."""

    def __init__(self, name: str, args: MutualTlsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:security:MutualTls", name, {}, opts)
        labels = recommended_labels("mutual-tls", part_of="traced-mesh", component="security")
        spec = {"mtls": {"mode": args.mode.name}}
        wanted = IstioObject(args.security_api, "PeerAuthentication", MESH_WIDE, ISTIO_NAMESPACE, spec, labels)
        istio_object(f"{name}-mesh", wanted, pulumi.ResourceOptions(parent=self, depends_on=args.after))
        self.register_outputs({})
