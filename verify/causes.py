"""Everything that can be found broken, by name. What each means and what mends it stands in `remedies`."""

from enum import StrEnum


class Cause(StrEnum):
    """Short machine name of a defect, as in `--json`; a name never changes its meaning."""

    # cluster
    KUBECONFIG_UNUSABLE = "kubeconfig-unusable"
    CLUSTER_UNREACHABLE = "cluster-unreachable"
    CLUSTER_FORBIDS = "cluster-forbids"
    KUBERNETES_UNSUPPORTED = "kubernetes-unsupported"
    ISTIO_OUT_OF_SUPPORT = "istio-out-of-support"
    # control plane
    ISTIOD_MISSING = "istiod-missing"
    ISTIOD_NOT_READY = "istiod-not-ready"
    ISTIOD_OTHER_VERSION = "istiod-other-version"
    WEBHOOK_MISSING = "webhook-missing"
    WEBHOOK_CA_STALE = "webhook-ca-stale"
    WEBHOOK_SILENT = "webhook-silent"
    INJECTOR_INJECTS_NOTHING = "injector-injects-nothing"
    VALIDATOR_ACCEPTS_ANYTHING = "validator-accepts-anything"
    MESH_CA_EXPIRES = "mesh-ca-expires"
    # namespaces
    NAMESPACE_MISSING = "namespace-missing"
    INJECTION_LABEL_MISSING = "injection-label-missing"
    INJECTION_LABEL_OTHER = "injection-label-other"
    # sidecars
    SIDECAR_MISSING = "sidecar-missing"
    SIDECAR_NOT_READY = "sidecar-not-ready"
    SIDECAR_OTHER_VERSION = "sidecar-other-version"
    SIDECAR_OTHER_REVISION = "sidecar-other-revision"
    SIDECAR_OTHER_PROVIDER = "sidecar-other-provider"
    PROVIDER_MISSING = "provider-missing"
    TELEMETRY_MISSING = "telemetry-missing"
    TELEMETRY_OTHER = "telemetry-other"
    SAMPLING_OTHER = "sampling-other"
    # CA certificate
    CA_SECRET_MISSING = "ca-secret-missing"  # noqa: S105 - no secret
    CA_SECRET_OTHER = "ca-secret-other"  # noqa: S105 - no secret
    CA_UNREADABLE = "ca-unreadable"
    CA_EXPIRED = "ca-expired"
    CA_EXPIRES_SOON = "ca-expires-soon"
    CA_DOES_NOT_VERIFY_BACKEND = "ca-does-not-verify-backend"
    BACKEND_SPEAKS_PLAIN_TEXT = "backend-speaks-plain-text"
    # access token
    TOKEN_MISSING = "token-missing"  # noqa: S105 - no secret
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - no secret
    # Collector
    COLLECTOR_MISSING = "collector-missing"
    COLLECTOR_NOT_READY = "collector-not-ready"
    COLLECTOR_BLOCKED = "collector-blocked"
    COLLECTOR_NOT_REACHED = "collector-not-reached"
    COLLECTOR_DROPS_SPANS = "collector-drops-spans"
    BACKEND_REFUSES_CONNECTIONS = "backend-refuses-connections"
    BACKEND_NAME_UNKNOWN = "backend-name-unknown"
    BACKEND_TOO_SLOW = "backend-too-slow"
    BACKEND_REFUSES_SPANS = "backend-refuses-spans"
    # gateway
    GATEWAY_MISSING = "gateway-missing"
    GATEWAY_NOT_READY = "gateway-not-ready"
    GATEWAY_WITHOUT_ADDRESS = "gateway-without-address"
    GATEWAY_OTHER_ADDRESS = "gateway-other-address"
    GATEWAY_NAME_UNKNOWN = "gateway-name-unknown"
    GATEWAY_PORT_CLOSED = "gateway-port-closed"
    # smoke traffic
    TRAFFIC_FAILS = "traffic-fails"
    ROUTE_MISSING = "route-missing"
    NO_HEALTHY_UPSTREAM = "no-healthy-upstream"
    GATEWAY_TLS_FAILS = "gateway-tls-fails"
    GATEWAY_REDIRECTS = "gateway-redirects"
    APPLICATION_INCOMPLETE = "application-incomplete"
    # spans
    BACKEND_NOT_ASKED = "backend-not-asked"
    QUERY_UNREACHABLE = "query-unreachable"
    QUERY_REFUSED = "query-refused"
    QUERY_UNKNOWN = "query-unknown"
    QUERY_NOT_JSON = "query-not-json"
    SPANS_MISSING = "spans-missing"
    SPANS_LOST = "spans-lost"
    HEADERS_NOT_FORWARDED = "headers-not-forwarded"
    SIDECAR_MISSING_ON_ONE_SIDE = "sidecar-missing-on-one-side"
    SAMPLING_BELOW_100 = "sampling-below-100"
    CLOCK_SKEW = "clock-skew"
    TRACE_IDS_NOT_TAKEN = "trace-ids-not-taken"
    SPANS_UNLINKED = "spans-unlinked"
    OPERATION_NAMES_OTHER = "operation-names-other"
    VERSIONS_UNSEEN = "versions-unseen"
    SPANS_LATE = "spans-late"
    # mutual TLS
    PLAIN_CALL_ANSWERED = "plain-call-answered"
    # why something could not be proven
    SIMULATED_NODES = "simulated-nodes"
    NOT_TO_BE_SEEN = "not-to-be-seen"
