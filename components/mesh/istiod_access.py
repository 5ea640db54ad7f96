"""Who reaches istiod: sidecars and the API server's webhook calls, and nobody on its plain-text and debug ports.

Left out on purpose: whom istiod reaches. The API server's address is not known beforehand, and a RequestAuthentication
may send it to any address for keys; Istio's own NetworkPolicy leaves it open for that reason too (istio/istio 1.30.0,
manifests/charts/istio-control/istio-discovery/templates/networkpolicy.yaml).
"""

from typing import Final

from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgs

from components.constants.ports import ISTIOD_PORT, WEBHOOK_PORT
from components.kubernetes.network_policies import NetworkAccess, tcp

#: Labels of istiod's Pods of every revision.
SELECTOR: Final = {"app": "istiod"}

#: What istiod's NetworkPolicy allows. Sidecars may be in any namespace, and in other clusters; where the API server's
#: calls come from is not known beforehand.
ISTIOD_ACCESS: Final = NetworkAccess(
    SELECTOR, ingress=[NetworkPolicyIngressRuleArgs(ports=[tcp(ISTIOD_PORT), tcp(WEBHOOK_PORT)])], egress=None
)
