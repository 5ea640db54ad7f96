"""Applications' own spans: whether they hang together with the mesh's, and what is said where they don't."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.verify.support import Cluster, context
from verify.causes import Cause
from verify.context import Options
from verify.outcomes import Verdict
from verify.stages.applications import STAGE, judge
from verify.traces.model import Kind, Span, Trace

MESH: Mapping[str, str] = {"component": "proxy"}


def span(number: int, parent: int | None, service: str = "cart.shop", **tags: str) -> Span:
    above = None if parent is None else f"{parent:016x}"
    return Span("a" * 32, f"{number:016x}", above, Kind.SERVER, service, "GET /cart", number, 1, tags)


def trace(*spans: Span) -> Trace:
    return Trace.of("a" * 32, spans)


GATEWAY = span(1, 99, "istio-ingressgateway.istio-ingress", **MESH)
SIDECAR = span(2, 1, **MESH)
JOINED = trace(GATEWAY, SIDECAR, span(3, 2), span(4, 3))


def test_spans_of_applications_below_those_of_their_sidecars_are_counted() -> None:
    found = judge([JOINED, JOINED])

    assert found.verdict is Verdict.PASS
    assert found.evidence == (
        "2 of 2 traces join both: 4 spans of the mesh, 4 of applications",
        "cart.shop: 4 spans",
    )


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        (trace(), Cause.APPLICATION_SPANS_MISSING),
        (trace(GATEWAY, SIDECAR), Cause.APPLICATION_SPANS_MISSING),
        (trace(GATEWAY, SIDECAR, span(3, None)), Cause.APPLICATION_SPANS_UNLINKED),
        (trace(GATEWAY, SIDECAR, span(3, 2), span(5, 77)), Cause.APPLICATION_SPANS_UNLINKED),
        (trace(span(3, 99), span(4, 3)), Cause.APPLICATION_SPANS_UNLINKED),
    ],
    ids=["no-trace", "mesh-alone", "begun-anew", "a-parent-is-missing", "application-alone"],
)
def test_what_does_not_hang_together_is_told_apart_from_what_is_not_there(other: Trace, cause: Cause) -> None:
    found = judge([other, other])

    assert (found.verdict, found.cause) == (Verdict.FAIL, cause)
    assert found.evidence[0].startswith("0 of 2 traces")


def test_one_trace_that_is_not_joined_is_enough_to_fail() -> None:
    assert judge([JOINED, trace(GATEWAY, SIDECAR)]).cause is Cause.APPLICATION_SPANS_UNLINKED


@pytest.mark.parametrize(
    ("options", "cause"),
    [(Options(), None), (Options(application="/cart"), Cause.BACKEND_NOT_ASKED)],
    ids=["no-application", "no-backend"],
)
def test_it_is_skipped_where_nothing_is_to_be_asked(options: Any, cause: Cause | None) -> None:
    (found,) = STAGE.check(context(Cluster(), options), lambda _: None)

    assert (found.verdict, found.cause) == (Verdict.SKIP, cause)
