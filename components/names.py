"""Names of the namespaces that the program makes for itself."""

from typing import Final

from components.chart_values import ISTIO_NAMESPACE

COLLECTOR_NAMESPACE: Final = "observability"
GATEWAY_NAMESPACE: Final = "istio-ingress"

#: Namespaces that nobody else may use.
RESERVED_NAMESPACES: Final = (GATEWAY_NAMESPACE, ISTIO_NAMESPACE, COLLECTOR_NAMESPACE)
