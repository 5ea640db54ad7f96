"""Everything that can be found broken: its name, what it means, and the one fix for it."""

from enum import StrEnum
from typing import Final, Self

from common.kubernetes_api import label_selector
from components.constants.names import (
    CNI_AGENT_SELECTOR,
    CNI_NAMESPACE,
    COLLECTOR,
    COLLECTOR_NAMESPACE,
    COLLECTOR_SELECTOR,
    ISTIO_NAMESPACE,
    JAEGER,
    JAEGER_SELECTOR,
)
from components.constants.ports import JAEGER_QUERY_PORT, OTLP_PORT, TEMPO_QUERY_PORT, WEBHOOK_PORT, ZIPKIN_PORT
from components.model.bookinfo import PRODUCTPAGE, REVIEWS

_UP: Final = "pulumi up --stack {stack}"
_CONFIG: Final = "pulumi config set --stack {stack} traced-mesh:"
_VERIFY: Final = "make verify STACK={stack}"

#: Pulumi compares with the cluster itself only when told to.
_RESTORE: Final = "pulumi up --refresh --stack {stack}"

_THERE: Final = "--namespace {namespace}"
_EDIT: Final = f"kubectl edit {{resource}} {{name}} {_THERE}"
_ROLL: Final = f"kubectl rollout restart deployment {_THERE}"
_COLLECTOR_PODS: Final = label_selector(COLLECTOR_SELECTOR)
_JAEGER_PODS: Final = label_selector(JAEGER_SELECTOR)
_COLLECTOR_LOG: Final = f"kubectl logs {_THERE} deployment/{COLLECTOR}"
_CNI_AGENTS: Final = f"--namespace {CNI_NAMESPACE} --selector {label_selector(CNI_AGENT_SELECTOR)}"
_OUR_COLLECTOR_LOG: Final = f"kubectl logs --namespace {COLLECTOR_NAMESPACE} deployment/{COLLECTOR}"


class Cause(StrEnum):
    """Short machine name of a defect, as in `--json`; a name never changes its meaning.

    Attributes:
        meaning: what is broken, in words.
        fix: what to do; `{stack}` and other words in braces are filled in where it is shown.
    """

    _value_: str
    meaning: str
    fix: str

    def __new__(cls, name: str, meaning: str, fix: str) -> Self:
        """Make a member of its row in the table."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        member.fix = fix
        return member

    # cluster
    KUBECONFIG_UNUSABLE = (
        "kubeconfig-unusable",
        "The stack's kubeconfig can't be used.",
        (
            f"name one that works and bring the stack up: {_CONFIG}kubeconfig <file> && {_UP}; "
            "on GKE install gke-gcloud-auth-plugin"
        ),
    )
    CLUSTER_UNREACHABLE = (
        "cluster-unreachable",
        "The API server does not answer.",
        "see that the cluster runs and this machine reaches it: kubectl version; the sandbox: make up STACK={stack}",
    )
    CLUSTER_FORBIDS = (
        "cluster-forbids",
        "The API server refuses these credentials.",
        "log in again (GKE: gcloud auth application-default login), or ask for the rights in docs/verification.md",
    )
    KUBERNETES_UNSUPPORTED = (
        "kubernetes-unsupported",
        "Istio's maintainers do not support this Istio version on this Kubernetes version.",
        f"{_CONFIG}istioVersion <version that docs/tracing.md names for this Kubernetes> && {_UP}",
    )
    ISTIO_OUT_OF_SUPPORT = (
        "istio-out-of-support",
        "This Istio version gets no security fixes any more.",
        f"{_CONFIG}istioVersion <newer version> && {_UP}",
    )
    # control plane
    ISTIOD_MISSING = (
        "istiod-missing",
        "The control plane's Deployment does not exist.",
        _RESTORE,
    )
    ISTIOD_NOT_READY = (
        "istiod-not-ready",
        "The control plane has no ready Pod.",
        f"read why: kubectl describe pods --namespace {ISTIO_NAMESPACE} --selector app=istiod",
    )
    ISTIOD_OTHER_VERSION = (
        "istiod-other-version",
        "The control plane is of another version than the stack's.",
        _RESTORE,
    )
    WEBHOOK_MISSING = (
        "webhook-missing",
        "One of Istio's webhooks is not registered.",
        _RESTORE,
    )
    WEBHOOK_CA_STALE = (
        "webhook-ca-stale",
        "A webhook trusts another CA than the one that istiod's certificate comes from.",
        (
            "istiod writes it at its start: kubectl rollout restart deployment "
            f"--namespace {ISTIO_NAMESPACE} {{deployment}}"
        ),
    )
    TAG_OTHER = (
        "tag-other",
        "A revision tag leads to another control plane.",
        _RESTORE,
    )
    WEBHOOK_SILENT = (
        "webhook-silent",
        "The API server gets no answer from a webhook.",
        (
            f"see that the control plane reaches istiod's Pods on TCP {WEBHOOK_PORT} (private GKE clusters need a "
            f"firewall rule), and read: kubectl logs --namespace {ISTIO_NAMESPACE} deployment/{{deployment}}"
        ),
    )
    INJECTOR_INJECTS_NOTHING = (
        "injector-injects-nothing",
        "The injector answers but adds no sidecar.",
        f"see which webhooks and templates there are: istioctl experimental check-inject {_THERE}; then {_RESTORE}",
    )
    VALIDATOR_ACCEPTS_ANYTHING = (
        "validator-accepts-anything",
        "A wrong Istio resource was accepted, so nobody checks them.",
        f"kubectl get validatingwebhookconfigurations; then {_RESTORE}",
    )
    MESH_CA_EXPIRES = (
        "mesh-ca-expires",
        "The mesh's own CA has expired or soon will.",
        "rotate it: https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/",
    )
    # pod network
    CNI_AGENT_MISSING = (
        "cni-agent-missing",
        "The agent of Istio's CNI plugin does not exist, so new Pods are not led through their sidecars.",
        _RESTORE,
    )
    CNI_AGENT_NOT_READY = (
        "cni-agent-not-ready",
        "A node has no ready agent of Istio's CNI plugin, so new Pods don't start there.",
        f"read why: kubectl describe pods {_CNI_AGENTS}; kubectl logs {_CNI_AGENTS}",
    )
    # namespaces
    NAMESPACE_MISSING = (
        "namespace-missing",
        "A namespace of the stack does not exist.",
        _RESTORE,
    )
    INJECTION_LABEL_MISSING = (
        "injection-label-missing",
        "A namespace does not ask for sidecars, so new Pods get none.",
        _RESTORE,
    )
    INJECTION_LABEL_OTHER = (
        "injection-label-other",
        "A namespace asks for the sidecars of another control plane.",
        (
            "take the labels away that are not the stack's (kubectl label namespace {namespace} istio-injection- "
            f"istio.io/rev-), then {_RESTORE}"
        ),
    )
    # what others added
    SIDECAR_HIDES_COLLECTOR = (
        "sidecar-hides-collector",
        "A Sidecar resource leaves out where spans are sent, so its proxies send none.",
        f"add {COLLECTOR_NAMESPACE}/* to a listener's hosts in spec.egress: {_EDIT}",
    )
    AUTHORIZATION_REFUSES = (
        "authorization-refuses",
        "An AuthorizationPolicy that somebody added refuses requests, so nothing behind them reports spans.",
        f"let it allow what is to be called, or delete it: {_EDIT}",
    )
    CALLS_WITHOUT_IDENTITY = (
        "calls-without-identity",
        "A PeerAuthentication ends mutual TLS where an AuthorizationPolicy asks who calls.",
        f"set the mode to PERMISSIVE or STRICT: {_EDIT}",
    )
    DESTINATION_RULE_BREAKS_TLS = (
        "destination-rule-breaks-tls",
        "A DestinationRule keeps callers from the mutual TLS that the other side demands.",
        f"set the mode to ISTIO_MUTUAL, or take tls out: {_EDIT}",
    )
    ROUTE_ANSWERS_ITSELF = (
        "route-answers-itself",
        "A VirtualService lets the proxy answer requests by itself, so the services behind it report no spans.",
        f"take the field out, or narrow its match: {_EDIT}",
    )
    TRACE_HEADERS_CHANGED = (
        "trace-headers-changed",
        "A VirtualService or EnvoyFilter deals with the headers that carry a trace, so traces may break apart.",
        f"leave these headers alone: {_EDIT}",
    )
    COLLECTOR_HOST_TAKEN = (
        "collector-host-taken",
        "A ServiceEntry has the host to which sidecars send spans; istiod then leaves tracing out of the proxies.",
        f"give it another host, or delete it: {_EDIT}",
    )
    ENVOY_FILTER_CHANGES_TRACING = (
        "envoy-filter-changes-tracing",
        "An EnvoyFilter changes the tracing that istiod has set up in the proxies.",
        f"take the patch out: {_EDIT}",
    )
    WASM_PLUGIN_MAY_REFUSE = (
        "wasm-plugin-may-refuse",
        "Proxies refuse every request while a WasmPlugin's module can't be loaded.",
        f"set spec.failStrategy to FAIL_OPEN: {_EDIT}",
    )
    TELEMETRY_OVERRIDES = (
        "telemetry-overrides",
        "A Telemetry that somebody added goes before the mesh-wide one.",
        f"take the field out: {_EDIT}",
    )
    NETWORK_POLICY_BLOCKS_SIDECARS = (
        "network-policy-blocks-sidecars",
        "A NetworkPolicy keeps Pods from sending spans, from istiod or DNS, or from being called.",
        f"add a rule for the port: {_EDIT}",
    )
    LIMITS_REFUSE_PODS = (
        "limits-refuse-pods",
        "A LimitRange refuses the resources of a container, so its Pod can't be replaced.",
        f"widen the limit: {_EDIT}",
    )
    QUOTA_USED_UP = (
        "quota-used-up",
        "A ResourceQuota is used up, so a Pod can't be replaced.",
        f"raise it: {_EDIT}",
    )
    SIDECAR_PASSED_BY = (
        "sidecar-passed-by",
        "An annotation leads a Pod's traffic around its sidecar, which then reports no spans of it.",
        f"take it out of the Pod template that the Pod is made of: kubectl get deployments {_THERE} --output yaml",
    )
    OTHER_INJECTOR = (
        "other-injector",
        "Another mesh injects its proxy into the same Pods.",
        f"take the annotation off (kubectl edit namespace {{name}}), then {_ROLL}",
    )
    # sidecars
    SIDECAR_MISSING = (
        "sidecar-missing",
        "A Pod has no sidecar.",
        f'take sidecar.istio.io/inject: "false" off its labels if it has that, then {_ROLL}',
    )
    SIDECAR_NOT_READY = (
        "sidecar-not-ready",
        "A Pod's sidecar is not ready.",
        f"read why: kubectl describe pod {_THERE} {{pod}}; kubectl logs {_THERE} {{pod}} istio-proxy",
    )
    SIDECAR_OTHER_VERSION = (
        "sidecar-other-version",
        "A sidecar is older or newer than the control plane.",
        _ROLL,
    )
    SIDECAR_OTHER_REVISION = (
        "sidecar-other-revision",
        "A sidecar belongs to another control plane's revision.",
        _ROLL,
    )
    SIDECAR_OTHER_PROVIDER = (
        "sidecar-other-provider",
        "A sidecar sends its spans elsewhere, or none.",
        f"kubectl get telemetries --all-namespaces shows who overrides the mesh's; if none does, {_ROLL}",
    )
    PROVIDER_MISSING = (
        "provider-missing",
        "The mesh configuration does not have our tracing provider.",
        _RESTORE,
    )
    TELEMETRY_MISSING = (
        "telemetry-missing",
        "The Telemetry resource that switches tracing on does not exist.",
        _RESTORE,
    )
    TELEMETRY_OTHER = (
        "telemetry-other",
        "The mesh's Telemetry chooses another provider.",
        _RESTORE,
    )
    SAMPLING_OTHER = (
        "sampling-other",
        "The mesh samples another share of requests than the stack says.",
        _RESTORE,
    )
    # CA certificate
    CA_SECRET_MISSING = (
        "ca-secret-missing",
        "The CA Secret does not exist where Pods mount it.",
        _RESTORE,
    )
    CA_SECRET_OTHER = (
        "ca-secret-other",
        "The CA Secret holds another CA than the stack's.",
        _RESTORE,
    )
    CA_UNREADABLE = (
        "ca-unreadable",
        "The CA Secret holds no readable certificate.",
        _RESTORE,
    )
    CA_EXPIRED = (
        "ca-expired",
        "The CA that verifies the backend is not valid today.",
        f"get the backend's current CA: {_CONFIG}backendCaFile <file> && {_UP}",
    )
    CA_EXPIRES_SOON = (
        "ca-expires-soon",
        "The CA that verifies the backend expires within 30 days.",
        f"get the backend's next CA: {_CONFIG}backendCaFile <file> && {_UP}",
    )
    CA_DOES_NOT_VERIFY_BACKEND = (
        "ca-does-not-verify-backend",
        "The backend shows a certificate that the CA does not verify, or that is for another name.",
        f"get the CA that issued the backend's certificate: {_CONFIG}backendCaFile <file> && {_UP}",
    )
    BACKEND_SPEAKS_PLAIN_TEXT = (
        "backend-speaks-plain-text",
        "The backend's port does not speak TLS.",
        (
            f"name its TLS port: {_CONFIG}backendAddress <host:port> && {_UP} (plain text, where that is wanted: "
            "traced-mesh:backendTls false)"
        ),
    )
    # access token
    TOKEN_MISSING = (
        "token-missing",
        "The access token, or another header that the backend wants, is not where it is read.",
        _RESTORE,
    )
    TOKEN_REFUSED = (
        "token-refused",
        "The backend refuses the access token.",
        f"give one that it takes: pulumi config set --stack {{stack}} --secret traced-mesh:accessToken && {_UP}",
    )
    IDENTITY_REFUSED = (
        "identity-refused",
        "Google Cloud does not let the Collector's identity write spans: it has lost its role, or an API is disabled.",
        f"{_RESTORE} gives back what somebody took away; Google may need some minutes until it holds",
    )
    # Collector
    COLLECTOR_MISSING = (
        "collector-missing",
        "The Collector's Deployment does not exist.",
        _RESTORE,
    )
    COLLECTOR_NOT_READY = (
        "collector-not-ready",
        "The Collector has no ready Pod.",
        f"read why: kubectl describe pods {_THERE} --selector {_COLLECTOR_PODS}; {_COLLECTOR_LOG}",
    )
    COLLECTOR_BLOCKED = (
        "collector-blocked",
        "NetworkPolicies keep spans from the Collector, or the Collector from the backend.",
        f"kubectl get networkpolicies {_THERE} shows them; ours comes back by {_RESTORE}",
    )
    COLLECTOR_NOT_REACHED = (
        "collector-not-reached",
        "No span of the sidecars gets to the Collector, though it is ready and they are set to send there.",
        (
            f"see what keeps TCP {OTLP_PORT} from it: kubectl get networkpolicies --all-namespaces; "
            f"istioctl proxy-config endpoints deployment/{PRODUCTPAGE}-v1 --namespace <namespace> | grep {COLLECTOR}"
        ),
    )
    COLLECTOR_DROPS_SPANS = (
        "collector-drops-spans",
        "The Collector gave spans up: its queue was full, or the backend did not take them in time.",
        f"read why: {_COLLECTOR_LOG}",
    )
    BACKEND_REFUSES_CONNECTIONS = (
        "backend-refuses-connections",
        "Nobody listens at the backend's address, or a firewall is in between.",
        f"see that the backend runs, and that its port is right and speaks TLS: {_CONFIG}backendAddress <host:port>",
    )
    BACKEND_NAME_UNKNOWN = (
        "backend-name-unknown",
        "The backend's host name does not exist for the Collector.",
        f"{_CONFIG}backendAddress <host:port> && {_UP}",
    )
    BACKEND_TOO_SLOW = (
        "backend-too-slow",
        "The backend does not answer in time: it is overloaded, or something on the way drops packets.",
        (
            "see how loaded the backend is, and whether a NetworkPolicy or firewall lets its port through; "
            f"{_COLLECTOR_LOG} says how often"
        ),
    )
    BACKEND_REFUSES_SPANS = (
        "backend-refuses-spans",
        "The backend answers, but does not take the spans.",
        f"read why: {_COLLECTOR_LOG}",
    )
    # Jaeger in the cluster
    JAEGER_MISSING = (
        "jaeger-missing",
        "The Deployment of Jaeger in the cluster does not exist.",
        _RESTORE,
    )
    JAEGER_NOT_READY = (
        "jaeger-not-ready",
        "Jaeger in the cluster has no ready Pod.",
        (
            f"read why: kubectl describe pods {_THERE} --selector {_JAEGER_PODS}; "
            f"kubectl logs {_THERE} deployment/{JAEGER}"
        ),
    )
    # gateway
    GATEWAY_MISSING = (
        "gateway-missing",
        "The gateway's Service or Deployment, or the Gateway of which istiod makes them, does not exist.",
        _RESTORE,
    )
    GATEWAY_NOT_PROGRAMMED = (
        "gateway-not-programmed",
        "istiod has not taken the Gateway up, or not wholly.",
        (
            f"read why: kubectl describe gateways.gateway.networking.k8s.io {_THERE}; "
            "kubectl logs --namespace {istio} --selector app=istiod | grep -i gateway"
        ),
    )
    GATEWAY_CERTIFICATE_MISSING = (
        "gateway-certificate-missing",
        "A listener of the Gateway does not have the TLS certificate that it names, or can't use it.",
        f"see that its Secret is there, of type kubernetes.io/tls: kubectl get secrets,certificates {_THERE}",
    )
    GATEWAY_NOT_READY = (
        "gateway-not-ready",
        "The gateway has no ready Pod.",
        f"read why: kubectl describe pods {_THERE} --selector {{selector}}",
    )
    GATEWAY_WITHOUT_ADDRESS = (
        "gateway-without-address",
        "The gateway's Service has no address from outside.",
        (
            "the cluster needs a load balancer (minikube tunnel, cloud-provider-kind), or: "
            f"{_CONFIG}gatewayServiceType NodePort"
        ),
    )
    GATEWAY_OTHER_ADDRESS = (
        "gateway-other-address",
        "The gateway's address is no longer the one in the stack's outputs.",
        _RESTORE,
    )
    GATEWAY_NAME_UNKNOWN = (
        "gateway-name-unknown",
        "The gateway's host name can't be resolved from here.",
        f'wait for its DNS entry, or send the traffic elsewhere: {_VERIFY} ARGS="--address <host:port>"',
    )
    GATEWAY_PORT_CLOSED = (
        "gateway-port-closed",
        "Nobody answers at the gateway's address and port.",
        (
            "see the load balancer's health and firewall, or go another way: kubectl port-forward "
            f'{_THERE} service/{{service}} 8080:80 & {_VERIFY} ARGS="--address 127.0.0.1:8080"'
        ),
    )
    # smoke traffic
    TRAFFIC_FAILS = (
        "traffic-fails",
        "Bookinfo does not answer through the gateway, or not in time.",
        f"read why: kubectl get pods {_THERE}; istioctl proxy-status",
    )
    ROUTE_MISSING = (
        "route-missing",
        "The gateway answers, but has no route to the product page.",
        f"kubectl get virtualservices,httproutes {_THERE}; then {_RESTORE}",
    )
    ROUTE_REFUSED = (
        "route-refused",
        "istiod does not let the route to the product page hang on the Gateway.",
        f"read why: kubectl describe httproutes {_THERE}; what the program has made comes back by {_RESTORE}",
    )
    ROUTE_LEADS_NOWHERE = (
        "route-leads-nowhere",
        "The route to the product page leads to a Service that does not exist.",
        f"kubectl get services {_THERE}; then {_RESTORE}",
    )
    NO_HEALTHY_UPSTREAM = (
        "no-healthy-upstream",
        "The gateway has a route, but no healthy Pod of the product page behind it.",
        f"read why: kubectl describe pods {_THERE} --selector app={PRODUCTPAGE}",
    )
    GATEWAY_TLS_FAILS = (
        "gateway-tls-fails",
        "The gateway's certificate is not trusted here, or it does not speak TLS at that port.",
        (
            "name the CA of a certificate of your own (export SSL_CERT_FILE=<file>); see on which port and with which "
            "certificate the gateway serves: kubectl get gateways --all-namespaces --output yaml"
        ),
    )
    GATEWAY_REDIRECTS = (
        "gateway-redirects",
        "The gateway sends clients elsewhere, mostly from http to https.",
        "take httpsRedirect out of the Gateway that answers, or verify the address that it names",
    )
    APPLICATION_INCOMPLETE = (
        "application-incomplete",
        "The product page answers, but without what another application is to give.",
        f"read why: kubectl logs {_THERE} --selector app={{application}} --all-containers",
    )
    # spans
    BACKEND_NOT_ASKED = (
        "backend-not-asked",
        "The backend's query API can't be asked.",
        f'name its address: {_VERIFY} ARGS="--backend <kind> --backend-url <URL>"',
    )
    QUERY_UNREACHABLE = (
        "query-unreachable",
        "Nobody answers at the address of the backend's query API.",
        (
            "see that it is reached from here (kubectl port-forward), and that --backend-url names its query port: "
            f"Jaeger {JAEGER_QUERY_PORT}, Tempo {TEMPO_QUERY_PORT}, Zipkin {ZIPKIN_PORT}"
        ),
    )
    QUERY_REFUSED = (
        "query-refused",
        "The backend's query API wants other credentials.",
        f'export a token that may read traces and name the variable: {_VERIFY} ARGS="--backend-token-env <variable>"',
    )
    QUERY_UNKNOWN = (
        "query-unknown",
        "What answers at --backend-url is no query API of that kind of backend.",
        "name the right kind and address: --backend jaeger|tempo|zipkin|lightstep --backend-url <URL>",
    )
    QUERY_NOT_JSON = (
        "query-not-json",
        "What answers at --backend-url does not answer with traces; often it is a login page.",
        "name the query API's own address, without a proxy that asks for a login: --backend-url <URL>",
    )
    SPANS_MISSING = (
        "spans-missing",
        "No span of the smoke traffic arrived in time.",
        (
            f'wait longer ({_VERIFY} ARGS="--timeout 120"); if none comes: '
            f"istioctl proxy-config log deployment/{PRODUCTPAGE}-v1 {_THERE} --level tracing:debug"
        ),
    )
    SPANS_LOST = (
        "spans-lost",
        "More spans were lost than allowed.",
        (
            f"see what the Collector lost ({_OUR_COLLECTOR_LOG}), and "
            f'whether they are only late: {_VERIFY} ARGS="--timeout 120"'
        ),
    )
    HEADERS_NOT_FORWARDED = (
        "headers-not-forwarded",
        "An application does not hand the trace headers on, so its traces break apart.",
        (
            "let {workload} copy traceparent, tracestate, x-request-id and the x-b3 headers from each request to its "
            "own calls"
        ),
    )
    SIDECAR_MISSING_ON_ONE_SIDE = (
        "sidecar-missing-on-one-side",
        "Only one side of a call reported a span: the other has no sidecar, or one that does not trace.",
        f"see whether {{workload}} has a sidecar (kubectl get pods {_THERE}), then {_ROLL}",
    )
    SAMPLING_BELOW_100 = (
        "sampling-below-100",
        "Not every request is traced.",
        (
            f"{_CONFIG}samplingPercentage 100 && {_RESTORE}; if it is 100: see whether the Collector or the backend "
            "samples, too"
        ),
    )
    APPLICATION_FAILS = (
        "application-fails",
        "The application that was named does not answer.",
        "see that the gateway has a route to it, and read its log: curl -v {url}",
    )
    APPLICATION_SPANS_MISSING = (
        "application-spans-missing",
        "The mesh's spans of the requests are there, but none of an application's own.",
        (
            "see that its container has the environment of ConfigMap otel-exporter-otlp (pulumi config set --stack "
            f"{{stack}} traced-mesh:otlpConfigMap true && {_UP}) and takes over the header traceparent; read its log"
        ),
    )
    APPLICATION_SPANS_UNLINKED = (
        "application-spans-unlinked",
        "Spans of applications and of the mesh do not hang together.",
        "let the application take over the header traceparent and send it with its own requests: docs/tracing.md",
    )
    TRACES_SAMPLED = (
        "traces-sampled",
        "The Collector keeps some traces only, so what the backend counts and averages is incomplete.",
        f"it is set so; to keep every trace: pulumi config rm --stack {{stack}} traced-mesh:tailSampling && {_UP}",
    )
    CLOCK_SKEW = (
        "clock-skew",
        "The clocks of nodes differ, so spans begin before their parents.",
        "let the nodes keep time by NTP (chronyc tracking on each)",
    )
    TRACE_IDS_NOT_TAKEN = (
        "trace-ids-not-taken",
        "There are traces, but the requests got other ids than they brought.",
        (
            "see that nothing before the gateway takes the headers traceparent and x-b3-traceid away, and that the "
            "mesh's tracer reads them: the native tracer of old Istio versions reads x-ot-span-context only"
        ),
    )
    SPANS_UNLINKED = (
        "spans-unlinked",
        "All spans are there, but some do not hang where they belong.",
        "see whether an application makes trace headers of its own instead of handing on those that it got",
    )
    OPERATION_NAMES_OTHER = (
        "operation-names-other",
        "Spans are not named for the service that is called.",
        (
            "see which VirtualService or EnvoyFilter changes the names: kubectl get virtualservices,envoyfilters "
            "--all-namespaces"
        ),
    )
    VERSIONS_UNSEEN = (
        "versions-unseen",
        f"Not all versions of {REVIEWS} answered during the run.",
        (
            f'send more requests ({_VERIFY} ARGS="--requests 100"), and see that all have ready Pods: '
            f"kubectl get pods {_THERE} --selector app={REVIEWS}"
        ),
    )
    SPANS_LATE = (
        "spans-late",
        "Spans arrive, but late.",
        f"see how loaded the backend is, and whether the Collector has to repeat itself: {_OUR_COLLECTOR_LOG}",
    )
    # mutual TLS
    PLAIN_CALL_ANSWERED = (
        "plain-call-answered",
        "A call without mutual TLS was answered.",
        (
            "kubectl get peerauthentications --all-namespaces shows what is said; the mesh's becomes STRICT by "
            f"{_CONFIG}mutualTls strict && {_RESTORE}"
        ),
    )
    # why something could not be proven
    SIMULATED_NODES = (
        "simulated-nodes",
        "The nodes are simulated: no Pod really runs, so this can't be proven there.",
        "verify on a real node: make demo, or a cluster of your own",
    )
    NOT_TO_BE_SEEN = (
        "not-to-be-seen",
        "It could not be looked at from here, for the reason that is given.",
        "verify from where it can be seen, with the rights that docs/verification.md lists",
    )
