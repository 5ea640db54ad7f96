"""The words that a configuration key may be set to, where only a few are allowed.

They stand apart from the components that they choose between, so that reading settings imports no cloud's SDK.
"""

from enum import StrEnum


class EnvironmentKind(StrEnum):
    """What an environment is for, by which the policy pack knows what it may not break."""

    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


class ClusterKind(StrEnum):
    """Whether the program makes the cluster, on GKE, or uses an existing one."""

    GKE = "gke"
    EXISTING = "existing"


class Monitoring(StrEnum):
    """What scrapes the Collector and judges the alerts: whose objects say what to scrape and when to alert."""

    GOOGLE = "google-managed-prometheus"
    OPERATOR = "prometheus-operator"


class ReleaseChannel(StrEnum):
    """GKE's release channels (https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels)."""

    RAPID = "RAPID"
    REGULAR = "REGULAR"
    STABLE = "STABLE"
    EXTENDED = "EXTENDED"


class Provisioning(StrEnum):
    """How Google provides the nodes: `spot` and `preemptible` ones are cheaper and can be taken away at any time."""

    STANDARD = "standard"
    SPOT = "spot"
    PREEMPTIBLE = "preemptible"


class ControlPlaneAccess(StrEnum):
    """How a GKE cluster's control plane is reached.

    Source: https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation.

    - `DNS_ENDPOINT`: by its DNS name, from anywhere, for whom IAM lets in; it has no IP address that answers.
    - `PRIVATE`: by an address inside the network only.
    - `PUBLIC`: by a public address too, from authorized networks only.
    """

    DNS_ENDPOINT = "dns-endpoint"
    PRIVATE = "private"
    PUBLIC = "public"


class TaintEffect(StrEnum):
    """What a taint does to Pods that don't tolerate it (https://cloud.google.com/kubernetes-engine/docs/how-to/node-taints)."""

    NO_SCHEDULE = "NO_SCHEDULE"
    PREFER_NO_SCHEDULE = "PREFER_NO_SCHEDULE"
    NO_EXECUTE = "NO_EXECUTE"


class ExclusionScope(StrEnum):
    """Which upgrades a maintenance exclusion puts off.

    Source: https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#scope.
    """

    NO_UPGRADES = "NO_UPGRADES"
    NO_MINOR_UPGRADES = "NO_MINOR_UPGRADES"
    NO_MINOR_OR_NODE_UPGRADES = "NO_MINOR_OR_NODE_UPGRADES"


class LoggingComponent(StrEnum):
    """Whose logs GKE collects (https://cloud.google.com/kubernetes-engine/docs/concepts/about-logs#what_logs)."""

    SYSTEM_COMPONENTS = "SYSTEM_COMPONENTS"
    WORKLOADS = "WORKLOADS"
    APISERVER = "APISERVER"
    SCHEDULER = "SCHEDULER"
    CONTROLLER_MANAGER = "CONTROLLER_MANAGER"


class MonitoringComponent(StrEnum):
    """Whose metrics GKE collects (https://cloud.google.com/kubernetes-engine/docs/how-to/configure-metrics)."""

    SYSTEM_COMPONENTS = "SYSTEM_COMPONENTS"
    APISERVER = "APISERVER"
    SCHEDULER = "SCHEDULER"
    CONTROLLER_MANAGER = "CONTROLLER_MANAGER"
    STORAGE = "STORAGE"
    HPA = "HPA"
    POD = "POD"
    DAEMONSET = "DAEMONSET"
    DEPLOYMENT = "DEPLOYMENT"
    STATEFULSET = "STATEFULSET"
    KUBELET = "KUBELET"
    CADVISOR = "CADVISOR"


class ServiceType(StrEnum):
    """How the gateway's Service is reached from outside the cluster."""

    LOAD_BALANCER = "LoadBalancer"
    NODE_PORT = "NodePort"


class IssuerKind(StrEnum):
    """Kinds of objects that issue certificates by way of cert-manager.

    Sources: https://cert-manager.io/docs/concepts/issuer/, https://github.com/cert-manager/google-cas-issuer.
    """

    CLUSTER_ISSUER = "ClusterIssuer"
    ISSUER = "Issuer"
    GOOGLE_CAS_CLUSTER_ISSUER = "GoogleCASClusterIssuer"
    GOOGLE_CAS_ISSUER = "GoogleCASIssuer"

    @property
    def group(self) -> str:
        """The API group of the kind."""
        return "cas-issuer.jetstack.io" if self.value.startswith("GoogleCAS") else "cert-manager.io"


class MutualTlsMode(StrEnum):
    """What sidecars take in (https://istio.io/latest/docs/reference/config/security/peer_authentication/).

    - `STRICT`: mutual TLS only, so that every caller has an identity of the mesh.
    - `PERMISSIVE`: plain text too, from callers outside the mesh.
    """

    STRICT = "strict"
    PERMISSIVE = "permissive"


class PodNetwork(StrEnum):
    """Who leads the traffic of a Pod through its sidecar.

    - `ISTIO_CNI`: Istio's CNI plugin, which the runtime calls on the node, so that no Pod of the mesh has any right.
    - `INIT_CONTAINER`: an init container in each Pod, which needs NET_ADMIN and NET_RAW for it.
    """

    ISTIO_CNI = "istio-cni"
    INIT_CONTAINER = "init-container"


class TracingMode(StrEnum):
    """How a mesh hands its spans on.

    - `NATIVE`: Envoy's own Lightstep tracer in every sidecar, set up by the charts' six values.
    - `LIGHTSTEP_PROVIDER`: Istio's `lightstep` extension provider; every sidecar sends to the satellites itself.
    - `OPENTELEMETRY`: Istio's `opentelemetry` extension provider; sidecars send OTLP to the in-cluster Collector.
    """

    NATIVE = "native"
    LIGHTSTEP_PROVIDER = "lightstep-provider"
    OPENTELEMETRY = "opentelemetry"
