"""The stage about spans: traffic through a made-up mesh into the genuine Jaeger, whole and with one thing broken."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.support.served import Reply, serving
from tests.verify.genuine_jaeger import RunningJaeger
from tests.verify.made_mesh import Change, MadeMesh, unchanged
from tests.verify.support import Cluster, context
from tests.verify.support import pod as made_pod
from verify.causes import Cause
from verify.context import Context, Options
from verify.outcomes import Finding, StageResult, Verdict
from verify.plan import STAGES
from verify.report.render import render
from verify.stages import smoke_traffic, spans
from verify.traces.model import Kind, Span

#: Requests of a run: enough that each version of reviews answers several.
REQUESTS = 12


def silent(_: str) -> None:
    """Take progress and show nothing."""


def verified(
    jaeger: RunningJaeger, mesh: MadeMesh, timeout: float, percentage: int = 100
) -> tuple[Context, list[Finding]]:
    """Return a run of both stages on a mesh, and what the second one finds."""
    options = Options(requests=REQUESTS, rate=1000, timeout=timeout, backend="jaeger", backend_url=jaeger.query)
    with serving(mesh.answer) as server:
        run = context(Cluster(), options, gatewayUrl=server.url, samplingPercentage=percentage)
        traffic = smoke_traffic.STAGE.check(run, silent)
    assert [finding.verdict for finding in traffic] == [Verdict.PASS, Verdict.PASS]
    return run, spans.STAGE.check(run, silent)


def worse_than_pass(findings: Sequence[Finding]) -> list[tuple[Verdict, Cause | None]]:
    return [(each.verdict, each.cause) for each in findings if each.verdict in {Verdict.FAIL, Verdict.WARN}]


def test_a_whole_mesh_passes_every_check_with_figures(jaeger: RunningJaeger) -> None:
    _, findings = verified(jaeger, MadeMesh(jaeger.take), timeout=30)

    assert {finding.verdict for finding in findings} == {Verdict.PASS}
    evidence = [line for finding in findings for line in finding.evidence]
    assert "88 spans expected, 88 found in 12 traces: 0 % lost" in evidence
    assert "12 of 12 requests without trace headers, set: 100 %" in evidence
    assert "v1, v2, v3" in evidence
    assert "reviews.bookinfo -> ratings.bookinfo: 8 calls" in evidence


class Forwarding(Cluster):
    """A cluster with a Jaeger, to whose query port it forwards what is asked of that Pod's."""

    def __init__(self, jaeger: RunningJaeger, *, ready: bool = True) -> None:
        pod = made_pod("jaeger-x", ready=ready)
        pod["status"]["containerStatuses"][0]["name"] = "jaeger"
        super().__init__({"/api/v1/namespaces/observability/pods": [pod]})
        self.jaeger = jaeger

    def ask_local(self, namespace: str, pod: str, port: int, path: str) -> tuple[int, bytes]:
        assert (namespace, pod, port) == ("observability", "jaeger-x", 16686)
        answer = self.jaeger.client.get(f"{self.jaeger.query}{path}")
        return answer.status_code, answer.content


def asked_in_cluster(cluster: Cluster, mesh: MadeMesh) -> list[Finding]:
    """Return what the stage finds when nobody says where the query API is, and the backend is in the cluster."""
    with serving(mesh.answer) as server:
        options = Options(requests=REQUESTS, rate=1000, timeout=30)
        run = context(cluster, options, gatewayUrl=server.url, jaegerNamespace="observability")
        smoke_traffic.STAGE.check(run, silent)
    return spans.STAGE.check(run, silent)


def test_jaeger_in_the_cluster_is_asked_without_an_argument(jaeger: RunningJaeger) -> None:
    findings = asked_in_cluster(Forwarding(jaeger), MadeMesh(jaeger.take))

    assert {finding.verdict for finding in findings} == {Verdict.PASS}
    assert "Jaeger at http://jaeger.observability" in findings[0].evidence


def test_jaeger_in_the_cluster_that_is_not_ready_is_named(jaeger: RunningJaeger) -> None:
    findings = asked_in_cluster(Forwarding(jaeger, ready=False), MadeMesh(jaeger.take))

    assert [finding.cause for finding in findings] == [Cause.JAEGER_NOT_READY]


def test_a_report_shows_what_jaeger_stored(jaeger: RunningJaeger) -> None:
    run, findings = verified(jaeger, MadeMesh(jaeger.take), timeout=30)
    results = [StageResult("spans", "spans", 19, tuple(findings), 1.0)]

    text = render(run.expected, results, run.traffic, run.observation, datetime.now(UTC))

    assert "<strong>All holds</strong>" in text
    assert text.count('class="bar s') == 8 + 5
    assert "8 calls" in text


def without(service: str, kind: Kind | None = None) -> Change:
    return lambda spans: [span for span in spans if span.service != service or kind not in {None, span.kind}]


def apart_from_productpage(spans: list[Span]) -> list[Span]:
    """Let the calls of productpage begin traces of their own, as if it dropped the headers."""
    trace_id = f"{int(spans[0].trace_id, 16) ^ 1:032x}"
    return [
        span
        if index < 2
        else replace(span, trace_id=trace_id, parent_id=None if span.parent_id == spans[1].span_id else span.parent_id)
        for index, span in enumerate(spans)
    ]


def nothing(_: list[Span]) -> list[Span]:
    return []


def with_other_ids(spans: list[Span]) -> list[Span]:
    return [replace(span, trace_id=span.trace_id[::-1]) for span in spans]


def with_clocks_apart(spans: list[Span]) -> list[Span]:
    return [replace(each, start=each.start - 500_000) if "details" in each.service else each for each in spans]


@pytest.mark.parametrize(
    ("change", "verdict", "cause"),
    [
        (without("ratings.bookinfo"), Verdict.FAIL, Cause.SIDECAR_MISSING_ON_ONE_SIDE),
        (without("reviews.bookinfo"), Verdict.FAIL, Cause.SIDECAR_MISSING_ON_ONE_SIDE),
        (apart_from_productpage, Verdict.FAIL, Cause.HEADERS_NOT_FORWARDED),
        (with_other_ids, Verdict.FAIL, Cause.TRACE_IDS_NOT_TAKEN),
        (nothing, Verdict.FAIL, Cause.SPANS_MISSING),
        (with_clocks_apart, Verdict.WARN, Cause.CLOCK_SKEW),
    ],
    ids=["ratings", "reviews", "headers", "ids", "nothing", "clocks"],
)
def test_one_thing_that_is_broken_is_named_and_nothing_else(
    jaeger: RunningJaeger, change: Change, verdict: Verdict, cause: Cause
) -> None:
    _, findings = verified(jaeger, MadeMesh(jaeger.take, change), timeout=1)

    assert worse_than_pass(findings) == [(verdict, cause)]


def test_a_mesh_that_samples_is_named(jaeger: RunningJaeger) -> None:
    mesh = MadeMesh(jaeger.take, unchanged, lambda number: number % 10 == 0)

    run, findings = verified(jaeger, mesh, timeout=1)

    assert worse_than_pass(findings) == [(Verdict.FAIL, Cause.SAMPLING_BELOW_100)]
    assert run.observation
    assert run.observation.sampling.traced == 2


def test_a_mesh_that_is_to_sample_is_warned_of_and_not_waited_for(jaeger: RunningJaeger) -> None:
    mesh = MadeMesh(jaeger.take, unchanged, lambda number: number % 10 == 0)
    begin = time.monotonic()

    _, findings = verified(jaeger, mesh, timeout=60, percentage=10)

    assert worse_than_pass(findings) == [(Verdict.WARN, Cause.SAMPLING_BELOW_100)]
    assert time.monotonic() - begin < 30


def test_a_backend_that_refuses_is_named() -> None:
    with serving(lambda _: Reply(body="page")) as gateway, serving(lambda _: Reply(403)) as backend:
        options = Options(requests=1, rate=1000, backend="zipkin", backend_url=backend.url)
        run = context(Cluster(), options, gatewayUrl=gateway.url)
        smoke_traffic.STAGE.check(run, silent)
        (finding,) = spans.STAGE.check(run, silent)

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, Cause.QUERY_REFUSED)


class TestWhatCanNotBeProven:
    def findings(self, options: Options, **outputs: object) -> list[Finding]:
        with serving(lambda _: Reply(body="page")) as gateway:
            run = context(Cluster(), options, gatewayUrl=gateway.url, **outputs)
            smoke_traffic.STAGE.check(run, silent)
        return spans.STAGE.check(run, silent)

    def test_without_an_address_of_the_backend(self) -> None:
        (finding,) = self.findings(Options(requests=1, rate=1000), collectorNamespace=None)

        assert (finding.verdict, finding.cause) == (Verdict.SKIP, Cause.BACKEND_NOT_ASKED)

    def test_by_the_collector_s_counters_alone(self) -> None:
        (finding,) = self.findings(Options(requests=1, rate=1000, backend="collector"), collectorNamespace=None)

        assert (finding.verdict, finding.cause) == (Verdict.SKIP, Cause.BACKEND_NOT_ASKED)

    def test_without_bookinfo_there_is_nothing_to_prove(self) -> None:
        (finding,) = self.findings(Options(requests=1, rate=1000), bookinfoNamespace=None)

        assert (finding.verdict, finding.cause) == (Verdict.SKIP, None)

    def test_without_traffic(self) -> None:
        (finding,) = spans.STAGE.check(context(Cluster()), silent)

        assert (finding.verdict, finding.cause) == (Verdict.SKIP, Cause.NOT_TO_BE_SEEN)

    def test_by_a_backend_that_keeps_few_traces_and_none_of_ours(self) -> None:
        with serving(lambda _: Reply(body='{"data": []}')) as backend:
            options = Options(requests=1, rate=1000, timeout=0.1, backend="lightstep", backend_url=backend.url)
            _, finding = self.findings(options)

        assert (finding.verdict, finding.cause) == (Verdict.SKIP, Cause.NOT_TO_BE_SEEN)


def test_spans_are_looked_for_after_all_that_they_depend_on() -> None:
    order = [stage.id for stage in STAGES]

    assert order.index("traffic") < order.index("spans")
    assert all(order.index(needed) < order.index("spans") for needed in spans.STAGE.needs)
