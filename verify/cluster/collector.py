"""What the Collector's Pods tell of themselves: their counters and what they log about the backend."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from common.kubernetes_api import label_selector
from components.constants.names import COLLECTOR, COLLECTOR_SELECTOR
from components.constants.ports import METRICS_PORT
from verify.causes import Cause
from verify.cluster.api import ClusterError, KubernetesApi
from verify.cluster.collector_counters import Counters
from verify.cluster.collector_log import Complaint, newest_complaint, of_backend
from verify.cluster.pods import Pod, is_over, is_ready, name_of
from verify.cluster.simulation import REASON
from verify.outcomes import Finding, failed, passed, skipped

#: How far back the log is read, in seconds; only what still holds counts (`collector_log.CURRENT`).
_LOG_SECONDS: Final = 300


@dataclass(frozen=True)
class CollectorReading:
    """One look at the Collector.

    Arguments:
        pods: its Pods.
        counters: its counters, added up over the ready Pods; `None` if they could not be read.
        complaint: what is wrong with the backend now, by the log; `None` if nothing is.
        unseen: why counters or log could not be read; empty if they could.
        simulated: whether that is because no Pod really runs.
        mirror: the same for the second backend, of which counters and complaint above say nothing; `None` without one.
    """

    pods: tuple[Pod, ...] = ()
    counters: Counters | None = None
    complaint: Complaint | None = None
    unseen: str = ""
    simulated: bool = False
    mirror: "CollectorReading | None" = None

    @property
    def ready(self) -> list[Pod]:
        """The Pods whose Collector is ready, whatever their sidecar does."""
        return [pod for pod in self.pods if is_ready(pod, COLLECTOR)]


def read_collector(
    api: KubernetesApi, namespace: str, simulated_nodes: frozenset[str], *, mirrored: bool = False
) -> CollectorReading:
    """Look at the Collector now; call it again for newer figures.

    Arguments:
        api: the cluster.
        namespace: the Collector's namespace.
        simulated_nodes: nodes on which Pods can't be asked.
        mirrored: whether it sends to a second backend. Default `False`.

    Raises:
        ClusterError: if the API server does not tell the Pods.
    """
    selector = label_selector(COLLECTOR_SELECTOR)
    listed = api.items(f"/api/v1/namespaces/{namespace}/pods", [("labelSelector", selector)])
    pods = tuple(pod for pod in listed if not is_over(pod))
    ready = CollectorReading(pods).ready
    if any(pod["spec"].get("nodeName") in simulated_nodes for pod in pods):
        return _with_mirror(CollectorReading(pods, unseen=REASON, simulated=True), mirrored)
    try:
        logs = [api.logs(namespace, name_of(pod), COLLECTOR, _LOG_SECONDS) for pod in ready]
        metrics = [api.read_local(namespace, name_of(pod), METRICS_PORT, "/metrics") for pod in ready]
        if not mirrored:
            return _reading(pods, logs, metrics)
        first, second = ([of_backend(log, mirror=mirror) for log in logs] for mirror in (False, True))
        return replace(_reading(pods, first, metrics), mirror=_reading(pods, second, metrics, mirror=True))
    except ClusterError as error:
        return _with_mirror(CollectorReading(pods, unseen=str(error)), mirrored)
    except ValueError as error:
        return _with_mirror(CollectorReading(pods, unseen=f"its counters can't be read: {error}"), mirrored)


def _with_mirror(unseen: CollectorReading, mirrored: bool) -> CollectorReading:
    return replace(unseen, mirror=unseen) if mirrored else unseen


def _reading(
    pods: tuple[Pod, ...], logs: Sequence[Sequence[str]], metrics: Sequence[str], *, mirror: bool = False
) -> CollectorReading:
    """Return what logs and counters say of one backend.

    Raises:
        ValueError: if the counters can't be read.
    """
    now = datetime.now(UTC)
    found = (newest_complaint(log, now) for log in logs)
    counters = Counters.total(Counters.read(text, mirror=mirror) for text in metrics)
    complaint = still_holding(next((each for each in found if each), None), counters)
    return CollectorReading(pods, counters if metrics else None, complaint)


def still_holding(complaint: Complaint | None, counters: Counters) -> Complaint | None:
    """Return a complaint unless it is over: the backend has taken every span since the Collector's start."""
    return None if counters.sent >= counters.accepted > 0 else complaint


def reading_of(reading: CollectorReading | None, *, mirror: bool) -> CollectorReading | None:
    """Return what a look at the Collector says of one of its backends; `None` in modes without one."""
    return reading.mirror if reading and mirror else reading


def judge_acceptance(
    title: str, reading: CollectorReading | None, causes: Container[Cause], shown_as: Cause | None = None
) -> list[Finding]:
    """Return whether the backend and the Collector accept of each other what a stage is about.

    Arguments:
        title: the check's title.
        reading: the look at the Collector; `None` in modes without one, of which nothing is returned.
        causes: what the Collector complains of if they don't.
        shown_as: what people are told then. Default: what the Collector complains of.
    """
    if reading is None:
        return []
    complaint = reading.complaint
    if complaint is not None and complaint.cause in causes:
        return [failed(title, shown_as or complaint.cause, f"the Collector's log: {complaint.line}")]
    if reading.simulated:
        return [skipped(title, reading.unseen, Cause.SIMULATED_NODES)]
    if reading.counters is None:
        return [skipped(title, "the Collector's counters can't be read; stage Collector says why")]
    if reading.counters.sent:
        return [passed(title, f"{reading.counters.sent} spans sent")]
    return [skipped(title, "the Collector has sent nothing yet; the smoke traffic will show")]
