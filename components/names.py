"""Names that several parts of the program, and its verification, share."""

from typing import Final

from components.chart_values import ISTIO_NAMESPACE

COLLECTOR_NAMESPACE: Final = "observability"
GATEWAY_NAMESPACE: Final = "istio-ingress"

#: Namespaces that nobody else may use.
RESERVED_NAMESPACES: Final = (GATEWAY_NAMESPACE, ISTIO_NAMESPACE, COLLECTOR_NAMESPACE)

#: Name by which Istio itself calls the control plane without a named revision.
DEFAULT_REVISION: Final = "default"

#: The gateway: name of its objects, and the labels by which Istio's Gateway resources choose its Pods; Bookinfo's and
#: every guide's `istio: ingressgateway`.
GATEWAY: Final = "istio-ingressgateway"
GATEWAY_SELECTOR: Final = {"app": GATEWAY, "istio": "ingressgateway"}

#: The Collector: name of its objects, of its container, and of its label `app.kubernetes.io/name`; the labels by which
#: Service, NetworkPolicy, disruption budget and Deployment choose the Pods; and the Secret with its credentials.
COLLECTOR: Final = "otel-collector"
COLLECTOR_SELECTOR: Final = {"app.kubernetes.io/name": COLLECTOR}
CREDENTIALS_SECRET: Final = f"{COLLECTOR}-credentials"


def injection_label(revision: str | None) -> dict[str, str]:
    """Return the label that asks for sidecars: `istio-injection`, or `istio.io/rev` for a named revision.

    Istio ignores the revision label where both stand (https://istio.io/latest/docs/setup/upgrade/canary/), so there is
    only ever one.
    """
    return {"istio.io/rev": revision} if revision else {"istio-injection": "enabled"}
