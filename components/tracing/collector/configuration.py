"""The Collector's configuration as plain data: what it takes, how much it keeps, where it sends, with what credentials.

It comes in two files that the Collector merges. One stands in a ConfigMap and holds nothing secret; the other stands in
a Secret and holds the headers. Left out on purpose: metrics and logs of applications, which do not pass
through the Collector.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from components.backends.backend import Backend, OtlpProtocol, google_project
from components.constants.files import CLIENT_CERTIFICATE_KEY, CLIENT_KEY_KEY, CREDENTIALS_FOLDER
from components.constants.ports import HEALTH_PORT, METRICS_PORT, OTLP_HTTP_PORT, OTLP_PORT, PEERS_PORT
from components.model.spans import TailSampling
from components.tracing.collector.destination import Destination
from components.tracing.collector.tail_sampling import peers_exporter, tail_sampling_processor

#: The first in the pipeline, as its documentation asks: at most 80 % of the memory limit, of which 25 % are for the
#: heap's growth between two checks; above the other 55 % (281 MiB) new spans are refused. The interval is the one that
#: the documentation recommends, the percentages are those of the Collector's own Helm chart
#: (opentelemetry-collector v0.160.0, processor/memorylimiterprocessor/README.md; opentelemetry-helm-charts,
#: charts/opentelemetry-collector/values.yaml).
MEMORY_LIMITER: Final[Mapping[str, Any]] = {
    "check_interval": "1s",
    "limit_percentage": 80,
    "spike_limit_percentage": 25,
}

#: A sidecar's span has about 1.1 KB on the wire (23 tags, measured), so a full batch has 1.1 MB: a quarter of the 4 MiB
#: that a gRPC server takes by default (https://pkg.go.dev/google.golang.org/grpc#MaxRecvMsgSize). The timeout is how
#: long a span waits at most for its batch to fill; together with the queue it spans an outage, see `SENDING_QUEUE`.
BATCH: Final[Mapping[str, Any]] = {"send_batch_size": 1024, "send_batch_max_size": 1024, "timeout": "5s"}

#: The Collector's defaults (v0.160.0, exporter/exporterhelper/README.md): a batch that the backend does not take is
#: sent again after 5 s, then ever more rarely, and given up after 5 minutes.
RETRY_ON_FAILURE: Final[Mapping[str, Any]] = {
    "enabled": True,
    "initial_interval": "5s",
    "max_interval": "30s",
    "max_elapsed_time": "300s",
}

#: Batches that wait in memory, and connections that send them (10, the Collector's default). A span takes 2.7 KB of
#: heap (measured with 23 tags), a full batch 2.7 MiB, so 64 waiting and 10 travelling ones take 200 MiB: they fit below
#: the memory limiter's 281 MiB beside the 50 MiB that its documentation gives for the process itself. With little
#: traffic a batch leaves every 5 s, so that 64 of them outlast the 5 minutes of `RETRY_ON_FAILURE`.
SENDING_QUEUE: Final[Mapping[str, Any]] = {"enabled": True, "num_consumers": 10, "queue_size": 64}

#: The extension by which exporters show the identity that the surroundings give the Collector: on GKE that of its Pods'
#: ServiceAccount (https://cloud.google.com/docs/authentication/application-default-credentials#attached-sa). Its
#: tokens live for an hour and are fetched anew in time; none is stored. It also names the project that the spans are
#: for in a header (opentelemetry-operations-go v0.55.0, extension/googleclientauthextension/README.md).
_IDENTITY: Final = "googleclientauth"

#: The Collector's default reader (v0.160.0, service/telemetry/otelconftelemetry/factory.go), written out because
#: `verify` relies on it: without these options the counters' names get suffixes for type and unit.
METRICS_READER: Final[Mapping[str, Any]] = {
    "host": "localhost",
    "port": METRICS_PORT,
    "without_scope_info": True,
    "without_type_suffix": True,
    "without_units": True,
}


def collector_configuration(
    destinations: Sequence[Destination],
    tail_sampling: TailSampling | None = None,
    replicas: int = 1,
    *,
    scraped: bool = False,
) -> dict[str, Any]:
    """Return the configuration without the credentials, as data; it holds no secret.

    Each destination gets every span. A queue that is full refuses a batch for its own destination alone, and the
    batch processor in front of the exporters hands nothing of that back to whoever sent the spans
    (opentelemetry-collector v0.160.0, internal/fanoutconsumer/traces.go; processor/batchprocessor/batch_processor.go).

    Arguments:
        destinations: where the spans go.
        tail_sampling: which traces are kept; `None` (default) keeps all.
        replicas: number of Collectors. Default 1. From 2 on, those that sample bring the spans of a trace together.
        scraped: whether the counters are told to others than the Pod itself. Default `False`.
    """
    project = google_project(each.backend for each in destinations)
    metrics = {**METRICS_READER, **({"host": "0.0.0.0"} if scraped else {})}  # noqa: S104 - a Pod's own addresses
    receivers = {"otlp": {"protocols": {"grpc": _listening(OTLP_PORT), "http": _listening(OTLP_HTTP_PORT)}}}
    sampler = {"tail_sampling": tail_sampling_processor(tail_sampling)} if tail_sampling else {}
    processors = {"memory_limiter": dict(MEMORY_LIMITER), **sampler, **_project(project), "batch": dict(BATCH)}
    exporters = {each.exporter: _exporter(each) for each in destinations}
    extensions = {"health_check": _listening(HEALTH_PORT), **_identity(project)}
    if tail_sampling is None or replicas == 1:
        return _assembled(extensions, metrics, Pipeline(receivers, processors, exporters))
    peers = {"otlp/peers": {"protocols": {"grpc": _listening(PEERS_PORT)}}}
    limiter = {"memory_limiter": processors["memory_limiter"]}
    together = Pipeline(receivers, limiter, {"load_balancing": peers_exporter()}, "traces/together")
    return _assembled(extensions, metrics, together, Pipeline(peers, processors, exporters))


def _listening(port: int) -> dict[str, str]:
    """Return where a server listens: Go does so on IPv4 and IPv6 for 0.0.0.0 (https://pkg.go.dev/net#Listen)."""
    return {"endpoint": f"0.0.0.0:{port}"}


def _project(project: str | None) -> dict[str, Any]:
    """Return the processor that says in every span's resource which Google Cloud project it is for.

    Google asks for it (github.com/GoogleCloudPlatform/otlp-k8s-ingest, config/collector.yaml). What an application
    says there is replaced: the Collector may write to this project only.
    """
    if project is None:
        return {}
    attribute = {"key": "gcp.project_id", "value": project, "action": "upsert"}
    return {"resource": {"attributes": [attribute]}}


def _identity(project: str | None) -> dict[str, Any]:
    return {_IDENTITY: {"project": project}} if project else {}


@dataclass(frozen=True)
class Pipeline:
    """A way of spans through the Collector.

    Arguments:
        receivers: what takes them.
        processors: what is done with them, in this order.
        exporters: what hands them on.
        name: its name. Default `traces`.
    """

    receivers: Mapping[str, Any]
    processors: Mapping[str, Any]
    exporters: Mapping[str, Any]
    name: str = "traces"

    def parts(self) -> dict[str, list[str]]:
        """Return the names of its parts."""
        return {kind: list(getattr(self, kind)) for kind in _PARTS}


_PARTS: Final = ("receivers", "processors", "exporters")


def _assembled(extensions: Mapping[str, Any], metrics: Mapping[str, Any], *pipelines: Pipeline) -> dict[str, Any]:
    """Return a configuration of pipelines, with what they use and nothing else."""
    parts = {kind: {name: it for each in pipelines for name, it in getattr(each, kind).items()} for kind in _PARTS}
    return {
        **parts,
        "extensions": extensions,
        "service": {
            "extensions": list(extensions),
            "telemetry": {"metrics": {"readers": [{"pull": {"exporter": {"prometheus": metrics}}}]}},
            "pipelines": {each.name: each.parts() for each in pipelines},
        },
    }


def credentials_configuration(headers: Mapping[str, Mapping[str, str]]) -> str:
    """Return the text of the second configuration file: the headers, the access tokens' among them.

    It is JSON, which is YAML with every text in quotes, so that no value is taken for a number, a mapping or a comment.

    Arguments:
        headers: exporter -> header -> value, in printable ASCII.
    """
    exporters = {
        exporter: {"headers": {name: _literal(value) for name, value in values.items()}}
        for exporter, values in headers.items()
    }
    return json.dumps({"exporters": exporters}, indent=2)


def _exporter(destination: Destination) -> dict[str, Any]:
    """Return what sends to one backend, with a queue of its own."""
    backend = destination.backend
    return {
        **_endpoint(backend),
        "tls": _tls(destination),
        **({"auth": {"authenticator": _IDENTITY}} if backend.google_project else {}),
        **({"headers": {name: _literal(value) for name, value in backend.headers.items()}} if backend.headers else {}),
        "retry_on_failure": dict(RETRY_ON_FAILURE),
        "sending_queue": dict(SENDING_QUEUE),
    }


def _endpoint(backend: Backend) -> dict[str, str]:
    if backend.protocol is OtlpProtocol.GRPC:
        return {"endpoint": str(backend.address)}
    scheme = "https" if backend.tls else "http"
    return {"traces_endpoint": f"{scheme}://{backend.address}{_literal(backend.path)}"}


def _tls(destination: Destination) -> dict[str, Any]:
    """Return how a backend is verified, without a CA of its own by the public ones in the Collector's image."""
    backend = destination.backend
    if not backend.tls:
        return {"insecure": True}
    ca = {"ca_file": destination.ca_file} if backend.ca_certificate is not None else {"insecure": False}
    if backend.client_certificate is None:
        return ca
    return ca | {
        "cert_file": f"{CREDENTIALS_FOLDER}/{destination.key(CLIENT_CERTIFICATE_KEY)}",
        "key_file": f"{CREDENTIALS_FOLDER}/{destination.key(CLIENT_KEY_KEY)}",
    }


def _literal(text: str) -> str:
    """Keep the Collector from expanding `${...}` and from halving `$$` (confmap v1.71.0, expand.go and resolver.go)."""
    return text.replace("$", "$$")
