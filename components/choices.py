"""The words that a configuration key may be set to, where only a few are allowed.

They stand apart from the components that they choose between, so that reading settings imports no cloud's SDK.
"""

from enum import StrEnum


class ClusterKind(StrEnum):
    """Whether the program makes the cluster, on GKE, or uses an existing one."""

    GKE = "gke"
    EXISTING = "existing"


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


class ServiceType(StrEnum):
    """How the gateway's Service is reached from outside the cluster."""

    LOAD_BALANCER = "LoadBalancer"
    NODE_PORT = "NodePort"


class TracingMode(StrEnum):
    """How a mesh hands its spans on.

    - `NATIVE`: Envoy's own Lightstep tracer in every sidecar, set up by the charts' six values.
    - `LIGHTSTEP_PROVIDER`: Istio's `lightstep` extension provider; every sidecar sends to the satellites itself.
    - `OPENTELEMETRY`: Istio's `opentelemetry` extension provider; sidecars send OTLP to the in-cluster Collector.
    """

    NATIVE = "native"
    LIGHTSTEP_PROVIDER = "lightstep-provider"
    OPENTELEMETRY = "opentelemetry"


class OtlpProtocol(StrEnum):
    """How OTLP is carried to the backend (https://opentelemetry.io/docs/specs/otlp/)."""

    GRPC = "grpc"
    HTTP = "http"


class BackendPreset(StrEnum):
    """Kinds of tracing backends; `components.backends.PRESETS` says what each means."""

    LIGHTSTEP_US = "lightstep-us"
    LIGHTSTEP_EU = "lightstep-eu"
    LIGHTSTEP_PUBLIC_SATELLITES = "lightstep-public-satellites"
    LIGHTSTEP_SATELLITES = "lightstep-satellites"
    LIGHTSTEP_MICROSATELLITES = "lightstep-microsatellites"
    OTLP = "otlp"
