"""Traces of genuine sidecars through the whole chain: Collector, satellite with TLS and token, Jaeger and Zipkin."""

import secrets
from typing import Any, Final

from tests.demo.node.running_node import RunningNode, eventually, http

#: Spans of one page: productpage asks details and reviews, whose versions 2 and 3 ask ratings; two for each call, and
#: two for the one of the gateway.
_WITHOUT_RATINGS: Final = 6
_WITH_RATINGS: Final = 8

#: Seconds that a span may take to the backend; the Collector's batches wait 5.
_PATIENCE: Final = 40.0


def ask_for_page(demo: RunningNode) -> str:
    """Ask for Bookinfo's page with a trace id of our own, and return the id."""
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    assert http.get(demo.outputs()["productPageUrl"], headers=headers).status_code == 200
    return trace_id


def complete_trace(demo: RunningNode, trace_id: str) -> list[dict[str, Any]]:
    """Return a trace's spans once Jaeger has all of them."""

    def of_ratings(span: dict[str, Any]) -> bool:
        """Tell whether a span is of the call to ratings: its own, or the one call that reviews makes."""
        by_reviews = span["service"] == "reviews.bookinfo" and span["tags"]["span.kind"] == "client"
        return by_reviews or span["service"] == "ratings.bookinfo"

    def is_complete(spans: list[dict[str, Any]]) -> bool:
        asks_ratings = any(of_ratings(span) for span in spans)
        return len(spans) >= (_WITH_RATINGS if asks_ratings else _WITHOUT_RATINGS)

    return eventually(lambda: demo.trace_in_jaeger(trace_id), is_complete, _PATIENCE)


def test_every_call_of_a_page_is_a_client_span_and_the_server_span_below_it(demo: RunningNode) -> None:
    spans = complete_trace(demo, ask_for_page(demo))

    by_id = {span["spanID"]: span for span in spans}
    servers = [span for span in spans if span["tags"]["span.kind"] == "server" and span["parent"] in by_id]
    calls = {(by_id[span["parent"]]["service"], span["service"]) for span in servers}
    assert calls >= {
        ("productpage.bookinfo", "details.bookinfo"),
        ("productpage.bookinfo", "reviews.bookinfo"),
    }
    assert all(by_id[span["parent"]]["tags"]["span.kind"] == "client" for span in servers)


def test_no_span_of_a_page_is_an_orphan(demo: RunningNode) -> None:
    spans = complete_trace(demo, ask_for_page(demo))

    known = {span["spanID"] for span in spans}
    first = [span for span in spans if span["parent"] not in known]
    assert [span["service"] for span in first] == ["ingress-istio.istio-ingress"]


def test_people_see_the_same_trace_in_zipkin(demo: RunningNode) -> None:
    trace_id = ask_for_page(demo)
    in_jaeger = {span["spanID"] for span in complete_trace(demo, trace_id)}

    def in_zipkin() -> set[str]:
        answer = http.get(f"{demo.zipkin_url}/api/v2/trace/{trace_id}")
        return {span["id"] for span in answer.json()} if answer.status_code == 200 else set()

    assert eventually(in_zipkin, lambda found: found == in_jaeger, _PATIENCE) == in_jaeger
    assert "Zipkin" in http.get(f"{demo.zipkin_url}/zipkin/").text


def test_spans_wait_while_the_backend_is_down_and_arrive_when_it_is_back(demo: RunningNode) -> None:
    demo.node.hold("satellite")
    try:
        trace_id = ask_for_page(demo)
        during = demo.trace_in_jaeger(trace_id)
    finally:
        demo.node.release("satellite")

    assert during == []
    assert len(complete_trace(demo, trace_id)) >= _WITHOUT_RATINGS


def test_the_verification_holds_on_a_whole_environment(demo: RunningNode) -> None:
    ended = demo.verify()

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_second_up_changes_nothing(demo: RunningNode) -> None:
    before = demo.kubectl("get", "pods", "--all-namespaces", "--output=name")

    printed = demo.up()

    assert "unchanged" in printed
    assert not any(word in printed for word in (" created", " updated", " replaced", " deleted"))
    assert demo.kubectl("get", "pods", "--all-namespaces", "--output=name") == before
