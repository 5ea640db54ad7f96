"""Jaeger in the cluster, where a backend is one."""

from collections.abc import Sequence
from typing import Annotated, Final

from components.backends.jaeger import MAX_TRACES, SPANS_TTL
from components.backends.presets import PRESETS, BackendPreset
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import whole
from components.configuration.mirror import MirrorSettings
from components.configuration.tracing import Image

#: Badger begins with files of 2 GiB, which it fills later (badger v4.8.0, value.go: twice `ValueLogFileSize`).
_SMALLEST_VOLUME: Final = 5


class JaegerSettings(MirrorSettings):
    """Jaeger in the cluster."""

    subject = "Jaeger in the cluster"

    jaeger_image: Image = key(
        f"Image of Jaeger, where backend or mirror is {BackendPreset.IN_CLUSTER}.",
        "docker.io/jaegertracing/jaeger:2.13.0",
        default="docker.io/jaegertracing/jaeger:2.13.0",
    )
    jaeger_volume_gb: Annotated[int, whole(_SMALLEST_VOLUME, 65536)] | None = key(
        f"Size in GiB of a volume on which Jaeger keeps traces for {SPANS_TTL}, whatever becomes of its Pod. Without "
        f"one the last {MAX_TRACES} traces are in its memory, and gone when it is restarted.",
        "20",
        allowed=f"{{type}}, where backend or mirror is {BackendPreset.IN_CLUSTER} and the cluster has a default "
        "StorageClass",
        default_text="no volume",
        default=None,
    )


def _only_in_the_cluster(field: str) -> Constraint[JaegerSettings]:
    def check(settings: JaegerSettings, _: ReadingContext) -> Faults:
        kinds = [settings.backend, *([settings.mirror] if settings.mirror else [])]
        if field in settings.model_fields_set and not any(PRESETS[kind].in_cluster for kind in kinds):
            reason = f"backend is {' and mirror '.join(kinds)}, so there is no Jaeger in the cluster"
            yield Fault(field, reason, fixes=(remove(field), put("backend", BackendPreset.IN_CLUSTER)))

    return Constraint(("backend", "mirror", field), check)


JAEGER_CONSTRAINTS: Final[Sequence[Constraint[JaegerSettings]]] = (
    *map(_only_in_the_cluster, ("jaeger_image", "jaeger_volume_gb")),
)
