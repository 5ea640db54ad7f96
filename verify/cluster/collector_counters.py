"""The Collector's own counters of spans, from the text that it serves for Prometheus."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from prometheus_client.parser import text_string_to_metric_families

from components.constants.names import MIRROR


@dataclass(frozen=True)
class Counters:
    """Spans since the Collector's start, and batches that wait, of one backend.

    What Collectors hand to one another, so that the spans of a trace come together, counts as neither taken nor sent.

    Names and meaning: https://opentelemetry.io/docs/collector/internal-telemetry/#lists-of-internal-metrics.

    Arguments:
        accepted: spans taken from sidecars and applications.
        over_http: those of them that came over HTTP, so from applications: sidecars speak gRPC.
        refused: spans that it did not take, for lack of memory.
        sent: spans that the backend has taken.
        failed: spans that were given up because the backend did not take them.
        not_queued: spans that were given up because the queue was full.
        waiting: batches in the queue.
        capacity: batches that the queue holds.
    """

    accepted: int = 0
    over_http: int = 0
    refused: int = 0
    sent: int = 0
    failed: int = 0
    not_queued: int = 0
    waiting: int = 0
    capacity: int = 0

    @classmethod
    def read(cls, text: str, *, mirror: bool = False) -> Self:
        """Read what `/metrics` answers; a counter that is not there has counted nothing.

        Arguments:
            text: the answer.
            mirror: whether the second backend is asked about. Default: the first.

        Raises:
            ValueError: if the text is not in Prometheus' format, or was cut off.
        """
        sums = defaultdict[str, float](float)
        for family in text_string_to_metric_families(text):
            for sample in family.samples:  # from v0.121 on counters of other releases may end with `_total`
                exporter = sample.labels.get("exporter")
                if exporter is not None and is_of_mirror(exporter) is not mirror:
                    continue
                name = sample.name.removesuffix("_total")
                if _PEERS & set(sample.labels.values()) and name not in _LOSSES:
                    continue
                sums[name] += sample.value
                if sample.labels.get("transport") == "http":
                    sums[f"{name}/http"] += sample.value
        return cls(**{name: round(sums[metric]) for name, metric in COUNTERS.items()})

    @classmethod
    def total(cls, each: Iterable["Counters"]) -> Self:
        """Return the sum over several Collectors."""
        listed = list(each)
        return cls(**{name: sum(int(getattr(one, name)) for one in listed) for name in COUNTERS})

    @property
    def lost(self) -> int:
        """Spans that will never arrive."""
        return self.refused + self.failed + self.not_queued

    def __str__(self) -> str:
        applications = f" ({self.over_http} over HTTP, from applications)" if self.over_http else ""
        return (
            f"{self.accepted} spans accepted{applications}, {self.refused} refused, {self.sent} sent, "
            f"{self.failed} failed, {self.not_queued} not queued; {self.waiting} of {self.capacity} batches waiting"
        )


#: What hands spans from one Collector to another, and takes them there (`collector_configuration`).
_PEERS: Final = {"load_balancing", "otlp/peers"}

#: What is counted there too: it is lost for good.
_LOSSES: Final = {"otelcol_exporter_send_failed_spans", "otelcol_exporter_enqueue_failed_spans"}


def is_of_mirror(exporter: str) -> bool:
    """Tell whether an exporter, by its name `<type>[/<name>]`, sends to the second backend."""
    return exporter.endswith(f"/{MIRROR}")


#: Attribute of `Counters` -> the Collector's name of the counter.
COUNTERS: Final = {
    "accepted": "otelcol_receiver_accepted_spans",
    "over_http": "otelcol_receiver_accepted_spans/http",
    "refused": "otelcol_receiver_refused_spans",
    "sent": "otelcol_exporter_sent_spans",
    "failed": "otelcol_exporter_send_failed_spans",
    "not_queued": "otelcol_exporter_enqueue_failed_spans",
    "waiting": "otelcol_exporter_queue_size",
    "capacity": "otelcol_exporter_queue_capacity",
}
