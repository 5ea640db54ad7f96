"""What traces lack after a rollout is told, span by span."""

from typing import Any

from tests.demo.node.under_load import missing


def span(name: str, parent: str | None, service: str, kind: str, **tags: Any) -> dict[str, Any]:
    """Return a span as Jaeger has it."""
    tags = {"span.kind": kind, **tags}
    return {"spanID": name, "parent": parent, "service": service, "operationName": f"to {name}", "tags": tags}


GATEWAY = span("1", "of the caller", "ingress-istio.istio-ingress", "server")
CALL = span("2", "1", "ingress-istio.istio-ingress", "client")
PAGE = span("3", "2", "productpage.bookinfo", "server")


def test_a_complete_trace_lacks_nothing() -> None:
    assert missing([GATEWAY, CALL, PAGE]) == set()


def test_a_trace_that_never_arrived_lacks_all() -> None:
    assert missing([]) == {"all spans"}


def test_a_lost_server_span_is_told_by_the_call() -> None:
    assert missing([GATEWAY, CALL]) == {"server's span of to 2 from ingress-istio.istio-ingress"}


def test_a_lost_call_makes_the_server_an_orphan() -> None:
    assert missing([GATEWAY, PAGE]) == {"parent of a span of productpage.bookinfo"}


def test_a_call_that_failed_and_was_tried_again_lacks_nothing() -> None:
    assert missing([GATEWAY, span("4", "1", "ingress-istio.istio-ingress", "client", error=True), CALL, PAGE]) == set()
