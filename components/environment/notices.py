"""What a team is told about a configuration that works but has a drawback, as plain sentences."""

from collections.abc import Iterator
from datetime import date

from components.backends.jaeger import MAX_TRACES
from components.backends.presets import PRESETS, BackendPreset
from components.configuration.settings import Settings
from components.constants.choices import ClusterKind, EnvironmentKind, TracingMode
from components.constants.google_locations import AS_OF, is_known
from components.model.spans import DECISION_WAIT
from components.tracing.plan import TracingPlan
from components.versions.istio import first_with
from components.versions.support import concerns


def notices(settings: Settings, tracing: TracingPlan, today: date) -> list[str]:
    """Return what to warn of, one sentence or two each; empty if there is nothing.

    Arguments:
        settings: the environment's checked configuration.
        tracing: how it traces.
        today: the day on which support is asked for.
    """
    return [
        *concerns(settings.istio_version, settings.kubernetes_version, today),
        *_proxy(settings, tracing),
        *_token(tracing),
        *_names(tracing),
        *_tls(settings),
        *_sampling(settings),
        *_tail_sampling(settings),
        *_backend(settings),
        *_jaeger(settings, tracing),
        *_location(settings),
    ]


def _proxy(settings: Settings, tracing: TracingPlan) -> Iterator[str]:
    if tracing.row.proxy_lacks_tracer:
        yield (
            f"Istio's own proxy images of {settings.istio_version} have no Lightstep tracer. Sidecars start only with "
            f"images in istioHub {settings.istio_hub} that have it, as lightstepTracerInProxy says."
        )


def _token(tracing: TracingPlan) -> Iterator[str]:
    if tracing.token_is_in_the_mesh_configuration:
        yield (
            f"tracingMode {tracing.mode} puts the access token in plain text into ConfigMap istio, "
            f"istiod's log and every sidecar's configuration. tracingMode {TracingMode.OPENTELEMETRY} keeps it in a "
            f"Secret (istioVersion {first_with(TracingMode.OPENTELEMETRY)} or newer)."
        )


def _names(tracing: TracingPlan) -> Iterator[str]:
    if tracing.mode is TracingMode.LIGHTSTEP_PROVIDER and TracingMode.OPENTELEMETRY in tracing.row.modes:
        yield (
            f"tracingMode {tracing.mode} of Istio {tracing.version} names no service, so the backend "
            f"shows unknown_service:envoy instead of productpage.default and so on; tracingMode "
            f"{TracingMode.OPENTELEMETRY} does."
        )


def _tls(settings: Settings) -> Iterator[str]:
    if not settings.backend_tls and not settings.backend_target.in_cluster:
        yield (
            "backendTls is false: spans and credentials travel to the backend in plain text, and no CA Secret "
            "lightstep.cacert is made."
        )
    mirror = settings.mirror_target
    if mirror and not mirror.tls and not mirror.in_cluster:
        yield "mirrorTls is false: spans and credentials travel to the second backend in plain text."


def _sampling(settings: Settings) -> Iterator[str]:
    shares = [settings.sampling_percentage, *(each.percentage for each in settings.sampling_overrides)]
    if min(shares) < 100:
        yield (
            f"samplingPercentage or samplingOverrides trace less than all requests (down to {min(shares)} %). "
            "Statistics that the backend makes of spans are complete with 100 only, and Lightstep's satellites sample "
            "themselves."
        )


def _tail_sampling(settings: Settings) -> Iterator[str]:
    if settings.tail_sampling is not None:
        yield (
            f"tailSampling keeps {settings.tail_sampling}. Statistics that the backend makes of spans are incomplete, "
            f"and spans come to it {DECISION_WAIT} s later."
        )


def _location(settings: Settings) -> Iterator[str]:
    if settings.cluster_kind is not ClusterKind.GKE:
        return
    asked = [settings.gke_location, *(zone for pool in settings.completed_node_pools for zone in pool.zones)]
    unknown = sorted({each for each in asked if not is_known(each)})
    if unknown:
        yield (
            f"gkeLocation or nodePools name {', '.join(unknown)}, which Google did not have in {AS_OF}. Unless "
            "`gcloud compute zones list` shows it, Google will refuse the cluster."
        )


def _backend(settings: Settings) -> Iterator[str]:
    if PRESETS[settings.backend].speaks_lightstep:
        yield (
            "Lightstep (ServiceNow Cloud Observability) has an announced end of life in 2026. "
            "docs/moving-from-lightstep.md leads to another backend without a span lost on the way."
        )


def _jaeger(settings: Settings, tracing: TracingPlan) -> Iterator[str]:
    if settings.environment is EnvironmentKind.DEV or not tracing.has_jaeger:
        return
    yield (
        f"backend {BackendPreset.IN_CLUSTER} is one Pod, which takes no spans while it is moved to another node. For "
        f"environment {settings.environment} a backend outside the cluster is the better place."
    )
    if settings.jaeger_volume_gb is None:
        yield (
            f"Jaeger keeps the last {MAX_TRACES} traces in its memory, and they are gone when it is restarted. "
            "jaegerVolumeGb gives it a volume."
        )
