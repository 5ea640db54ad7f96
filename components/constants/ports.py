"""TCP ports that several parts share."""

from typing import Final

#: istiod's ports (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio).
#: Where istiod hands certificates and configuration to sidecars.
ISTIOD_PORT: Final = 15012

#: Where istiod answers the API server's webhook calls.
WEBHOOK_PORT: Final = 15017

#: Standard port of OTLP over gRPC (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-default-port).
OTLP_PORT: Final = 4317

#: Standard port of OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp-default-port).
OTLP_HTTP_PORT: Final = 4318

#: Where Collectors hand spans to that one of them which decides on the trace; ours, the next after those of OTLP.
PEERS_PORT: Final = 4319

#: Where backends answer questions for traces, unless set otherwise.
JAEGER_QUERY_PORT: Final = 16686
TEMPO_QUERY_PORT: Final = 3200
ZIPKIN_PORT: Final = 9411

#: Port of GKE's metadata server.
METADATA_PORT: Final = 80

#: Default port of the Collector's health_check extension.
HEALTH_PORT: Final = 13133

#: Port of the Collector's own counters, its default. On the Pod's loopback only, unless something is to scrape them:
#: who may forward ports reads them, with neither the sidecar's interception nor a NetworkPolicy in between.
METRICS_PORT: Final = 8888

#: Where a sidecar or gateway tells that it is ready; never intercepted
#: (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio).
STATUS_PORT: Final = 15021
