"""Names that several parts of the program, and its verification, share."""

from typing import Final

from components.chart_values import ISTIO_NAMESPACE

COLLECTOR_NAMESPACE: Final = "observability"
GATEWAY_NAMESPACE: Final = "istio-ingress"

#: Namespaces that nobody else may use.
RESERVED_NAMESPACES: Final = (GATEWAY_NAMESPACE, ISTIO_NAMESPACE, COLLECTOR_NAMESPACE)

#: Name by which Istio itself calls the control plane without a named revision.
DEFAULT_REVISION: Final = "default"
