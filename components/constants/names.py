"""Names that several parts of the program, and its verification, share."""

from collections.abc import Mapping
from typing import Final

from components.constants.choices import TracingMode

#: Name of the project, and so the namespace of its configuration keys.
PROJECT_NAME: Final = "traced-mesh"

#: Where Istio lives, in every guide and by every chart's default.
ISTIO_NAMESPACE: Final = "istio-system"

COLLECTOR_NAMESPACE: Final = "observability"
GATEWAY_NAMESPACE: Final = "istio-ingress"
CNI_NAMESPACE: Final = "istio-cni"

#: Namespaces that nobody else may use.
RESERVED_NAMESPACES: Final = (CNI_NAMESPACE, GATEWAY_NAMESPACE, ISTIO_NAMESPACE, COLLECTOR_NAMESPACE)

#: Name by which Istio itself calls the control plane without a named revision.
DEFAULT_REVISION: Final = "default"

#: The gateway: name of its objects, and the labels by which Istio's Gateway resources choose its Pods; Bookinfo's and
#: every guide's `istio: ingressgateway`.
GATEWAY: Final = "istio-ingressgateway"
GATEWAY_SELECTOR: Final = {"app": GATEWAY, "istio": "ingressgateway"}

#: The Collector: name of its objects, of its container, and of its label `app.kubernetes.io/name`; the labels by which
#: Service, NetworkPolicy, disruption budget and Deployment choose the Pods.
COLLECTOR: Final = "otel-collector"
COLLECTOR_SELECTOR: Final = {"app.kubernetes.io/name": COLLECTOR}

#: Its host in the cluster.
COLLECTOR_HOST: Final = f"{COLLECTOR}.{COLLECTOR_NAMESPACE}.svc.cluster.local"

#: The headless Service by which its Pods find one another.
COLLECTOR_PEERS: Final = f"{COLLECTOR}-peers"

#: The second backend of the Collector: name of its exporter, and beginning of its files' names.
MIRROR: Final = "mirror"

#: The ConfigMap by which applications find it.
OTLP_CONFIG_MAP: Final = "otel-exporter-otlp"

#: The agent of Istio's CNI plugin: name of its DaemonSet, and the label by which that chooses its Pods.
CNI_AGENT: Final = "istio-cni-node"
CNI_AGENT_SELECTOR: Final = {"k8s-app": CNI_AGENT}

#: Jaeger in the cluster: name of its objects, of its container, and of its label `app.kubernetes.io/name`; its Pods'
#: labels.
JAEGER: Final = "jaeger"
JAEGER_SELECTOR: Final = {"app.kubernetes.io/name": JAEGER}

#: Name of the extension provider in the mesh configuration and in the Telemetry resource, by mode.
PROVIDER_NAMES: Final[Mapping[TracingMode, str]] = {
    TracingMode.OPENTELEMETRY: "otel-collector",
    TracingMode.LIGHTSTEP_PROVIDER: "lightstep-satellites",
}

#: Name of the injection template that gives sidecars the files they need; see `sidecar_file_values`.
FILES_TEMPLATE: Final = "tracing-files"

#: Name of the mesh-wide Telemetry; it lives in the control plane's namespace.
MESH_DEFAULT: Final = "mesh-default"

#: Name in the mesh of satellites that are given by an IP address; `.internal` is for private use (ICANN, 2024).
SATELLITE_HOST: Final = "satellites.traced-mesh.internal"

#: How the user agent of the verification's requests begins; Envoy writes it to the tag `user_agent`.
VERIFICATION_AGENT: Final = "traced-mesh-verify/"


#: GKE's metadata server, which gives Pods their identity in Google Cloud
#: (https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#metadata_server).
METADATA_HOST: Final = "169.254.169.254"


def injection_label(revision: str | None) -> dict[str, str]:
    """Return the label that asks for sidecars: `istio-injection`, or `istio.io/rev` for a named revision.

    Istio ignores the revision label where both stand (https://istio.io/latest/docs/setup/upgrade/canary/), so there is
    only ever one.
    """
    return {"istio.io/rev": revision} if revision else {"istio-injection": "enabled"}
