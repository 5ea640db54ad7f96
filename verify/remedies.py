"""What each defect means, which link of the chain it breaks, and the one remedy for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from verify.causes import Cause


@dataclass(frozen=True)
class Remedy:
    """One row of the table in docs/verification.md.

    Arguments:
        meaning: what is broken, in words.
        remedy: what to do; `{stack}` and other words in braces are filled in where it is shown.
    """

    meaning: str
    remedy: str


#: Pulumi compares with the cluster itself only when told to.
_RESTORE: Final = "pulumi up --refresh --stack {stack}"
_ROLL: Final = "kubectl rollout restart deployment --namespace {namespace}"
_COLLECTOR_LOG: Final = "kubectl logs --namespace {namespace} deployment/otel-collector"
_CONFIG: Final = "pulumi config set --stack {stack} traced-mesh:"

REMEDIES: Final[Mapping[Cause, Remedy]] = {
    Cause.KUBECONFIG_UNUSABLE: Remedy(
        "The stack's kubeconfig can't be used.",
        "name one that works and bring the stack up: "
        + _CONFIG
        + "kubeconfig <file> && pulumi up --stack {stack}; on GKE install gke-gcloud-auth-plugin",
    ),
    Cause.CLUSTER_UNREACHABLE: Remedy(
        "The API server does not answer.",
        "see that the cluster runs and this machine reaches it: kubectl version; the sandbox: make up STACK={stack}",
    ),
    Cause.CLUSTER_FORBIDS: Remedy(
        "The API server refuses these credentials.",
        "log in again (GKE: gcloud auth application-default login), or ask for the rights in docs/verification.md",
    ),
    Cause.KUBERNETES_UNSUPPORTED: Remedy(
        "Istio's maintainers do not support this Istio version on this Kubernetes version.",
        _CONFIG + "istioVersion <version that docs/tracing.md names for this Kubernetes> && pulumi up --stack {stack}",
    ),
    Cause.ISTIO_OUT_OF_SUPPORT: Remedy(
        "This Istio version gets no security fixes any more.",
        _CONFIG + "istioVersion <newer version> && pulumi up --stack {stack}",
    ),
    Cause.ISTIOD_MISSING: Remedy("The control plane's Deployment does not exist.", _RESTORE),
    Cause.ISTIOD_NOT_READY: Remedy(
        "The control plane has no ready Pod.",
        "read why: kubectl describe pods --namespace istio-system --selector app=istiod",
    ),
    Cause.ISTIOD_OTHER_VERSION: Remedy("The control plane is of another version than the stack's.", _RESTORE),
    Cause.WEBHOOK_MISSING: Remedy("One of Istio's webhooks is not registered.", _RESTORE),
    Cause.WEBHOOK_CA_STALE: Remedy(
        "A webhook trusts another CA than the one that istiod's certificate comes from.",
        "istiod writes it at its start: kubectl rollout restart deployment --namespace istio-system {deployment}",
    ),
    Cause.WEBHOOK_SILENT: Remedy(
        "The API server gets no answer from a webhook.",
        "see that the control plane reaches istiod's Pods on TCP 15017 (private GKE clusters need a firewall rule), "
        "and read: kubectl logs --namespace istio-system deployment/{deployment}",
    ),
    Cause.INJECTOR_INJECTS_NOTHING: Remedy(
        "The injector answers but adds no sidecar.",
        "see which webhooks and templates there are: istioctl experimental check-inject --namespace {namespace}; then "
        + _RESTORE,
    ),
    Cause.VALIDATOR_ACCEPTS_ANYTHING: Remedy(
        "A wrong Istio resource was accepted, so nobody checks them.",
        "kubectl get validatingwebhookconfigurations; then " + _RESTORE,
    ),
    Cause.MESH_CA_EXPIRES: Remedy(
        "The mesh's own CA has expired or soon will.",
        "rotate it: https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/",
    ),
    Cause.NAMESPACE_MISSING: Remedy("A namespace of the stack does not exist.", _RESTORE),
    Cause.INJECTION_LABEL_MISSING: Remedy("A namespace does not ask for sidecars, so new Pods get none.", _RESTORE),
    Cause.INJECTION_LABEL_OTHER: Remedy(
        "A namespace asks for the sidecars of another control plane.",
        "take the labels away that are not the stack's (kubectl label namespace {namespace} istio-injection- "
        "istio.io/rev-), then " + _RESTORE,
    ),
    Cause.SIDECAR_MISSING: Remedy(
        "A Pod has no sidecar.",
        'take sidecar.istio.io/inject: "false" off its labels if it has that, then ' + _ROLL,
    ),
    Cause.SIDECAR_NOT_READY: Remedy(
        "A Pod's sidecar is not ready.",
        "read why: kubectl describe pod --namespace {namespace} {pod}; "
        "kubectl logs --namespace {namespace} {pod} istio-proxy",
    ),
    Cause.SIDECAR_OTHER_VERSION: Remedy("A sidecar is older or newer than the control plane.", _ROLL),
    Cause.SIDECAR_OTHER_REVISION: Remedy("A sidecar belongs to another control plane's revision.", _ROLL),
    Cause.SIDECAR_OTHER_PROVIDER: Remedy(
        "A sidecar sends its spans elsewhere, or none.",
        "kubectl get telemetries --all-namespaces shows who overrides the mesh's; if none does, " + _ROLL,
    ),
    Cause.PROVIDER_MISSING: Remedy("The mesh configuration does not have our tracing provider.", _RESTORE),
    Cause.TELEMETRY_MISSING: Remedy("The Telemetry resource that switches tracing on does not exist.", _RESTORE),
    Cause.TELEMETRY_OTHER: Remedy("The mesh's Telemetry chooses another provider.", _RESTORE),
    Cause.SAMPLING_OTHER: Remedy("The mesh samples another share of requests than the stack says.", _RESTORE),
    Cause.CA_SECRET_MISSING: Remedy("The CA Secret does not exist where Pods mount it.", _RESTORE),
    Cause.CA_SECRET_OTHER: Remedy("The CA Secret holds another CA than the stack's.", _RESTORE),
    Cause.CA_UNREADABLE: Remedy("The CA Secret holds no readable certificate.", _RESTORE),
    Cause.CA_EXPIRED: Remedy(
        "The CA that verifies the backend is not valid today.",
        "get the backend's current CA: " + _CONFIG + "backendCaFile <file> && pulumi up --stack {stack}",
    ),
    Cause.CA_EXPIRES_SOON: Remedy(
        "The CA that verifies the backend expires within 30 days.",
        "get the backend's next CA: " + _CONFIG + "backendCaFile <file> && pulumi up --stack {stack}",
    ),
    Cause.CA_DOES_NOT_VERIFY_BACKEND: Remedy(
        "The backend shows a certificate that the CA does not verify, or that is for another name.",
        "get the CA that issued the backend's certificate: "
        + _CONFIG
        + "backendCaFile <file> && pulumi up --stack {stack}",
    ),
    Cause.BACKEND_SPEAKS_PLAIN_TEXT: Remedy(
        "The backend's port does not speak TLS.",
        "name its TLS port: " + _CONFIG + "backendAddress <host:port> && pulumi up --stack {stack} (plain text, where "
        "that is wanted: traced-mesh:backendTls false)",
    ),
    Cause.TOKEN_MISSING: Remedy(
        "The access token, or another header that the backend wants, is not where it is read.", _RESTORE
    ),
    Cause.TOKEN_REFUSED: Remedy(
        "The backend refuses the access token.",
        "give one that it takes: pulumi config set --stack {stack} --secret traced-mesh:accessToken && "
        "pulumi up --stack {stack}",
    ),
    Cause.COLLECTOR_MISSING: Remedy("The Collector's Deployment does not exist.", _RESTORE),
    Cause.COLLECTOR_NOT_READY: Remedy(
        "The Collector has no ready Pod.",
        "read why: kubectl describe pods --namespace {namespace} --selector app.kubernetes.io/name=otel-collector; "
        + _COLLECTOR_LOG,
    ),
    Cause.COLLECTOR_BLOCKED: Remedy(
        "NetworkPolicies keep spans from the Collector, or the Collector from the backend.",
        "kubectl get networkpolicies --namespace {namespace} shows them; ours comes back by " + _RESTORE,
    ),
    Cause.COLLECTOR_NOT_REACHED: Remedy(
        "No span of the sidecars gets to the Collector, though it is ready and they are set to send there.",
        "see what keeps TCP 4317 from it: kubectl get networkpolicies --all-namespaces; "
        "istioctl proxy-config endpoints deployment/productpage-v1 --namespace <namespace> | grep otel-collector",
    ),
    Cause.COLLECTOR_DROPS_SPANS: Remedy(
        "The Collector gave spans up: its queue was full, or the backend did not take them in time.",
        "read why: " + _COLLECTOR_LOG,
    ),
    Cause.BACKEND_REFUSES_CONNECTIONS: Remedy(
        "Nobody listens at the backend's address, or a firewall is in between.",
        "see that the backend runs, and that its port is right and speaks TLS: "
        + _CONFIG
        + "backendAddress <host:port>",
    ),
    Cause.BACKEND_NAME_UNKNOWN: Remedy(
        "The backend's host name does not exist for the Collector.",
        _CONFIG + "backendAddress <host:port> && pulumi up --stack {stack}",
    ),
    Cause.BACKEND_TOO_SLOW: Remedy(
        "The backend does not answer in time: it is overloaded, or something on the way drops packets.",
        "see how loaded the backend is, and whether a NetworkPolicy or firewall lets its port through; "
        + _COLLECTOR_LOG
        + " says how often",
    ),
    Cause.BACKEND_REFUSES_SPANS: Remedy(
        "The backend answers, but does not take the spans.", "read why: " + _COLLECTOR_LOG
    ),
    Cause.GATEWAY_MISSING: Remedy("The gateway's Service or Deployment does not exist.", _RESTORE),
    Cause.GATEWAY_NOT_READY: Remedy(
        "The gateway has no ready Pod.",
        "read why: kubectl describe pods --namespace {namespace} --selector istio=ingressgateway",
    ),
    Cause.GATEWAY_WITHOUT_ADDRESS: Remedy(
        "The gateway's Service has no address from outside.",
        "the cluster needs a load balancer (minikube tunnel, cloud-provider-kind), or: "
        + _CONFIG
        + "gatewayServiceType NodePort",
    ),
    Cause.GATEWAY_OTHER_ADDRESS: Remedy("The gateway's address is no longer the one in the stack's outputs.", _RESTORE),
    Cause.GATEWAY_NAME_UNKNOWN: Remedy(
        "The gateway's host name can't be resolved from here.",
        'wait for its DNS entry, or send the traffic elsewhere: make verify STACK={stack} ARGS="--address <host:port>"',
    ),
    Cause.GATEWAY_PORT_CLOSED: Remedy(
        "Nobody answers at the gateway's address and port.",
        "see the load balancer's health and firewall, or go another way: kubectl port-forward --namespace {namespace} "
        'service/istio-ingressgateway 8080:80 & make verify STACK={stack} ARGS="--address 127.0.0.1:8080"',
    ),
    Cause.TRAFFIC_FAILS: Remedy(
        "Bookinfo does not answer through the gateway, or not in time.",
        "read why: kubectl get pods --namespace {namespace}; istioctl proxy-status",
    ),
    Cause.ROUTE_MISSING: Remedy(
        "The gateway answers, but has no route to the product page.",
        "kubectl get gateways,virtualservices --namespace {namespace}; then " + _RESTORE,
    ),
    Cause.NO_HEALTHY_UPSTREAM: Remedy(
        "The gateway has a route, but no healthy Pod of the product page behind it.",
        "read why: kubectl describe pods --namespace {namespace} --selector app=productpage",
    ),
    Cause.GATEWAY_TLS_FAILS: Remedy(
        "The gateway's certificate is not trusted here, or it does not speak TLS at that port.",
        "name the CA of a certificate of your own (export SSL_CERT_FILE=<file>); see on which port and with which "
        "certificate the gateway serves: kubectl get gateways --all-namespaces --output yaml",
    ),
    Cause.GATEWAY_REDIRECTS: Remedy(
        "The gateway sends clients elsewhere, mostly from http to https.",
        "take httpsRedirect out of the Gateway that answers, or verify the address that it names",
    ),
    Cause.APPLICATION_INCOMPLETE: Remedy(
        "The product page answers, but without what another application is to give.",
        "read why: kubectl logs --namespace {namespace} --selector app={application} --all-containers",
    ),
    Cause.BACKEND_NOT_ASKED: Remedy(
        "The backend's query API can't be asked.",
        'name its address: make verify STACK={stack} ARGS="--backend <kind> --backend-url <URL>"',
    ),
    Cause.QUERY_UNREACHABLE: Remedy(
        "Nobody answers at the address of the backend's query API.",
        "see that it is reached from here (kubectl port-forward), and that --backend-url names its query port: Jaeger "
        "16686, Tempo 3200, Zipkin 9411",
    ),
    Cause.QUERY_REFUSED: Remedy(
        "The backend's query API wants other credentials.",
        "export a token that may read traces and name the variable: "
        'make verify STACK={stack} ARGS="--backend-token-env <variable>"',
    ),
    Cause.QUERY_UNKNOWN: Remedy(
        "What answers at --backend-url is no query API of that kind of backend.",
        "name the right kind and address: --backend jaeger|tempo|zipkin|lightstep --backend-url <URL>",
    ),
    Cause.QUERY_NOT_JSON: Remedy(
        "What answers at --backend-url does not answer with traces; often it is a login page.",
        "name the query API's own address, without a proxy that asks for a login: --backend-url <URL>",
    ),
    Cause.SPANS_MISSING: Remedy(
        "No span of the smoke traffic arrived in time.",
        'wait longer (make verify STACK={stack} ARGS="--timeout 120"); if none comes: '
        "istioctl proxy-config log deployment/productpage-v1 --namespace {namespace} --level tracing:debug",
    ),
    Cause.SPANS_LOST: Remedy(
        "More spans were lost than allowed.",
        "see what the Collector lost (kubectl logs --namespace observability deployment/otel-collector), and whether "
        'they are only late: make verify STACK={stack} ARGS="--timeout 120"',
    ),
    Cause.HEADERS_NOT_FORWARDED: Remedy(
        "An application does not hand the trace headers on, so its traces break apart.",
        "let {workload} copy traceparent, tracestate, x-request-id and the x-b3 headers from each request to its own "
        "calls",
    ),
    Cause.SIDECAR_MISSING_ON_ONE_SIDE: Remedy(
        "Only one side of a call reported a span: the other has no sidecar, or one that does not trace.",
        "see whether {workload} has a sidecar (kubectl get pods --namespace {namespace}), then " + _ROLL,
    ),
    Cause.SAMPLING_BELOW_100: Remedy(
        "Not every request is traced.",
        _CONFIG + "samplingPercentage 100 && " + _RESTORE + "; if it is 100: see whether the Collector or the backend "
        "samples, too",
    ),
    Cause.CLOCK_SKEW: Remedy(
        "The clocks of nodes differ, so spans begin before their parents.",
        "let the nodes keep time by NTP (chronyc tracking on each)",
    ),
    Cause.TRACE_IDS_NOT_TAKEN: Remedy(
        "There are traces, but the requests got other ids than they brought.",
        "see that nothing before the gateway takes the headers traceparent and x-b3-traceid away, and that the mesh's "
        "tracer reads them: the native tracer of old Istio versions reads x-ot-span-context only",
    ),
    Cause.SPANS_UNLINKED: Remedy(
        "All spans are there, but some do not hang where they belong.",
        "see whether an application makes trace headers of its own instead of handing on those that it got",
    ),
    Cause.OPERATION_NAMES_OTHER: Remedy(
        "Spans are not named for the service that is called.",
        "see which VirtualService or EnvoyFilter changes the names: kubectl get virtualservices,envoyfilters "
        "--all-namespaces",
    ),
    Cause.VERSIONS_UNSEEN: Remedy(
        "Not all versions of reviews answered during the run.",
        'send more requests (make verify STACK={stack} ARGS="--requests 100"), and see that all have ready Pods: '
        "kubectl get pods --namespace {namespace} --selector app=reviews",
    ),
    Cause.SPANS_LATE: Remedy(
        "Spans arrive, but late.",
        "see how loaded the backend is, and whether the Collector has to repeat itself: "
        "kubectl logs --namespace observability deployment/otel-collector",
    ),
    Cause.PLAIN_CALL_ANSWERED: Remedy(
        "A call without mutual TLS was answered.",
        "kubectl get peerauthentications --all-namespaces shows what is said; the mesh's becomes STRICT by "
        + _CONFIG
        + "mutualTls strict && "
        + _RESTORE,
    ),
    Cause.SIMULATED_NODES: Remedy(
        "The nodes are simulated: no Pod really runs, so this can't be proven there.",
        "verify on a real node: make demo, or a cluster of your own",
    ),
    Cause.NOT_TO_BE_SEEN: Remedy(
        "It could not be looked at from here, for the reason that is given.",
        "verify from where it can be seen, with the rights that docs/verification.md lists",
    ),
}
