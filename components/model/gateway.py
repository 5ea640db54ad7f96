"""The ingress gateway's two forms as plain data: what its objects are called, and how its Pods are chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from components.constants.names import GATEWAY, GATEWAY_SELECTOR


@dataclass(frozen=True)
class GatewayForm:
    """How the ingress gateway stands in its namespace.

    Arguments:
        name: name of its Deployment, Service and ServiceAccount.
        selector: the labels by which Service, policies and disruption budget choose its Pods.
    """

    name: str
    selector: Mapping[str, str]


#: Name of the Gateway (Gateway API), and of its class, which istiod makes and looks after.
API_GATEWAY: Final = "ingress"
GATEWAY_CLASS: Final = "istio"

#: The Deployment that the program makes and istiod injects.
INJECTED: Final = GatewayForm(GATEWAY, GATEWAY_SELECTOR)

#: The Deployment that istiod makes of the Gateway. Its name is the Gateway's and the class's (istio.io/istio 1.31,
#: pilot/pkg/config/kube/gatewaycommon/gateway_utils.go, `GetDefaultName`), so that both forms can stand side by side.
BY_GATEWAY_API: Final = GatewayForm(
    f"{API_GATEWAY}-{GATEWAY_CLASS}", {"gateway.networking.k8s.io/gateway-name": API_GATEWAY}
)


def gateway_form(*, gateway_api: bool) -> GatewayForm:
    """Return the form of an environment's gateway."""
    return BY_GATEWAY_API if gateway_api else INJECTED
