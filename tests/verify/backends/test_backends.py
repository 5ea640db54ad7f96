"""Backends: what they answer becomes the same spans, and each way in which asking fails has its cause."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from local.ports import free_ports
from tests.support.served import Asked, Reply, Served, as_json, serving
from tests.verify.backend_answers import lightstep, old_tempo, tempo, zipkin
from tests.verify.genuine_jaeger import RunningJaeger, renamed
from tests.verify.made_traces import LAYOUT, START, by_id, made
from verify.backends.backend import Search, SpanStore
from verify.backends.choose import BackendKind, choose
from verify.backends.query import QueryError
from verify.causes import Cause
from verify.traces.checks import Sent, review
from verify.traces.diagnosis import diagnose
from verify.traces.model import Span, Trace
from verify.traces.observation import Arrival, Observation, Sampling

Answers = Callable[[Mapping[str, Sequence[Span]]], Callable[[Asked], Reply]]

FAKES: dict[str, tuple[BackendKind, Answers]] = {
    "tempo": (BackendKind.TEMPO, tempo),
    "old-tempo": (BackendKind.TEMPO, old_tempo),
    "zipkin": (BackendKind.ZIPKIN, zipkin),
    "lightstep": (BackendKind.LIGHTSTEP, lightstep),
}


def at(server: Served, kind: BackendKind = BackendKind.AUTO) -> SpanStore:
    return choose(kind, server.url, {}, None)


def stored(count: int = 3) -> dict[Sent, list[Span]]:
    """Return complete traces with an error, and ids that begin with a zero, among their spans."""
    traces = made(count)
    first = traces[next(iter(traces))]
    first[3] = replace(first[3], failed=True)
    return traces


def essence(trace: Trace) -> list[tuple[object, ...]]:
    """Return what checks look at; backends add tags of their own."""
    return [
        (each.span_id, each.parent_id, each.kind, each.service, each.operation, each.start, each.duration, each.failed)
        for each in trace.spans
    ]


@pytest.mark.parametrize("name", FAKES)
def test_a_backend_gives_the_spans_that_it_was_given(name: str) -> None:
    kind, answers = FAKES[name]
    traces = stored()

    with serving(answers(by_id(traces))) as server:
        backend = at(server, kind)
        for sent, spans in traces.items():
            found = backend.trace(sent.trace_id)

            assert essence(found) == essence(Trace.of(sent.trace_id, spans))
            assert review(LAYOUT, sent, found).complete
            assert {span.trace_id for span in found.spans} == {sent.trace_id}


def test_the_genuine_jaeger_gives_the_spans_that_it_was_given(jaeger: RunningJaeger) -> None:
    backend = choose(BackendKind.AUTO, jaeger.query, {}, None)
    for sent, spans in (renamed(*each, "0a") for each in stored().items()):
        jaeger.take(spans)

        found = backend.trace(sent.trace_id)

        assert essence(found) == essence(Trace.of(sent.trace_id, spans))
        assert [span.version for span in found.spans] == [span.version for span in Trace.of("", spans).spans]
        assert review(LAYOUT, sent, found).complete


def test_the_genuine_jaeger_shows_clock_skew_and_does_not_mend_it(jaeger: RunningJaeger) -> None:
    sent, spans = renamed(*next(iter(made(1).items())), "0b")
    jaeger.take(replace(each, start=each.start - 80_000) if "details" in each.service else each for each in spans)

    found = choose(BackendKind.JAEGER, jaeger.query, {}, None).trace(sent.trace_id)

    causes = [each.cause for each in diagnose(seen([sent], {sent.trace_id: found}))]
    assert causes == [Cause.CLOCK_SKEW, Cause.VERSIONS_UNSEEN]


def test_the_genuine_jaeger_is_searched_by_service_time_and_tag(jaeger: RunningJaeger) -> None:
    (sent, spans), (other, others) = (renamed(*each, "0c") for each in made(2).items())
    jaeger.take([replace(spans[0], tags={**spans[0].tags, "user_agent": "verify/1"}), *spans[1:]])
    jaeger.take([replace(others[0], tags={**others[0].tags, "user_agent": "verify/2"}), *others[1:]])
    backend, time = choose(BackendKind.JAEGER, jaeger.query, {}, None), START / 1e6

    def found(start: float, tags: dict[str, str]) -> set[str]:
        traces = backend.search(Search(LAYOUT.gateway, start, start + 20, tags))
        assert all(len(each.spans) >= 6 for each in traces)
        return {each.trace_id for each in traces}

    assert found(time - 10, {"user_agent": "verify/1"}) == {sent.trace_id}
    assert found(time - 10, {}) >= {sent.trace_id, other.trace_id}
    assert found(time + 10, {}) == set()


@pytest.mark.parametrize("name", FAKES)
def test_a_trace_that_a_backend_does_not_have_has_no_spans(name: str) -> None:
    kind, answers = FAKES[name]

    with serving(answers({})) as server:
        assert at(server, kind).trace("1" * 32).spans == ()


def test_a_trace_that_the_genuine_jaeger_does_not_have_has_no_spans(jaeger: RunningJaeger) -> None:
    assert choose(BackendKind.JAEGER, jaeger.query, {}, None).trace("1" * 32).spans == ()


@pytest.mark.parametrize("name", ["tempo", "zipkin"])
def test_a_search_gives_whole_traces_and_asks_for_service_time_and_tag(name: str) -> None:
    kind, answers = FAKES[name]
    traces = stored()

    with serving(answers(by_id(traces))) as server:
        search = Search("istio-ingressgateway.istio-ingress", 1000, 1060, {"user_agent": "verify/1"})
        found = at(server, kind).search(search)

    assert {each.trace_id for each in found} == set(by_id(traces))
    assert sum(len(each.spans) for each in found) == 22
    question = server.asked[0].parameters
    if kind is BackendKind.TEMPO:
        condition = 'resource.service.name = "istio-ingressgateway.istio-ingress" && span.user_agent = "verify/1"'
        assert question == {"q": f"{{ {condition} }}", "start": "1000", "end": "1061", "limit": "200"}
    else:
        assert question["serviceName"] == "istio-ingressgateway.istio-ingress"
        assert question["annotationQuery"] == "user_agent=verify/1"
        assert (question["endTs"], question["lookback"]) == ("1060000", "60000")


@pytest.mark.parametrize("name", ["tempo", "zipkin", "lightstep"])
def test_a_backend_is_recognized_by_its_answers(name: str) -> None:
    kind, answers = FAKES[name]

    with serving(answers({})) as server:
        assert type(at(server)) is type(at(server, kind))


def seen(sent: Sequence[Sent], traces: Mapping[str, Trace]) -> Observation:
    return Observation.of(LAYOUT, sent, traces, Sampling(100), Arrival(1, 1))


class TestQuestionsThatFail:
    @pytest.mark.parametrize(
        ("reply", "cause"),
        [
            (Reply(401), Cause.QUERY_REFUSED),
            (Reply(403), Cause.QUERY_REFUSED),
            (Reply(200, "<html>", {"content-type": "text/html"}), Cause.QUERY_NOT_JSON),
            (Reply(302, "", {"location": "https://login.example.com/?state=abc"}), Cause.QUERY_NOT_JSON),
            (Reply(500), Cause.QUERY_UNREACHABLE),
            (as_json("text"), Cause.QUERY_UNKNOWN),
            (as_json([1, 2]), Cause.QUERY_UNKNOWN),
            (as_json({"error": "no"}), Cause.QUERY_UNKNOWN),
        ],
        ids=lambda value: value if isinstance(value, str) else f"{value.status}-{value.body[:9]}",
    )
    @pytest.mark.parametrize("kind", [BackendKind.JAEGER, BackendKind.TEMPO, BackendKind.ZIPKIN, BackendKind.LIGHTSTEP])
    def test_each_has_its_cause(self, kind: BackendKind, reply: Reply, cause: Cause) -> None:
        with serving(lambda _: reply) as server, pytest.raises(QueryError) as error:
            at(server, kind).trace("1" * 32)

        assert error.value.cause is cause
        assert "state=abc" not in error.value.evidence

    @pytest.mark.parametrize("kind", [BackendKind.AUTO, BackendKind.JAEGER])
    def test_nobody_who_answers(self, kind: BackendKind) -> None:
        (port,) = free_ports(1)

        with pytest.raises(QueryError) as error:
            choose(kind, f"http://127.0.0.1:{port}", {}, None).trace("1" * 32)

        assert error.value.cause is Cause.QUERY_UNREACHABLE

    @pytest.mark.parametrize("url", ["localhost:16686", "http://", "ftp://127.0.0.1"])
    def test_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(QueryError) as error:
            choose(BackendKind.JAEGER, url, {}, None).trace("1" * 32)

        assert error.value.cause is Cause.QUERY_UNREACHABLE

    @pytest.mark.parametrize("reply", [Reply(404), Reply(200, "<html>")], ids=["404", "page"])
    def test_something_that_is_no_backend(self, reply: Reply) -> None:
        with serving(lambda _: reply) as server, pytest.raises(QueryError) as error:
            at(server)

        assert error.value.cause is Cause.QUERY_UNKNOWN

    def test_a_token_that_is_not_there(self) -> None:
        with pytest.raises(QueryError, match="QUERY_TOKEN is not set") as error:
            choose(BackendKind.JAEGER, "http://127.0.0.1:1", {}, "QUERY_TOKEN")

        assert error.value.cause is Cause.QUERY_REFUSED


def test_the_token_is_sent_and_never_shown() -> None:
    with serving(lambda _: Reply(403)) as server:
        backend = choose(BackendKind.JAEGER, server.url, {"QUERY_TOKEN": "s3cr3t-t0k3n"}, "QUERY_TOKEN")
        with pytest.raises(QueryError) as error:
            backend.trace("1" * 32)

    assert server.asked[0].headers["authorization"] == "Bearer s3cr3t-t0k3n"
    assert "s3cr3t" not in f"{error.value} {error.value.evidence} {backend!r} {backend.title}"


def test_nothing_but_gets_is_sent() -> None:
    for kind, answers in FAKES.values():
        with serving(answers(by_id(stored()))) as server:
            at(server, kind).trace(next(iter(by_id(stored()))))

        assert {each.method for each in server.asked} == {"GET"}
