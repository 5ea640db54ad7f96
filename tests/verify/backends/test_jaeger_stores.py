"""The genuine Jaeger with the program's own configuration: what is bounded in memory, and what a volume keeps."""

import secrets
import time
from pathlib import Path
from typing import Final

import psutil
import pytest

from components.backends.jaeger import MAX_TRACES
from components.kubernetes.resources import JAEGER_MEMORY_LIMIT_MIB
from tests.demo.node.running_node import eventually
from tests.verify.backends.conftest import running_jaeger
from tests.verify.genuine_jaeger import RunningJaeger
from verify.backends.jaeger import Jaeger
from verify.backends.query import QueryApi
from verify.traces.model import Kind, Span

#: Spans of a trace and tags of a span, about as many as a page of Bookinfo's has.
_SPANS: Final = 10
_TAGS: Final = 23


def trace(trace_id: str) -> list[Span]:
    now = int(time.time() * 1e6)
    return [
        Span(
            trace_id=trace_id,
            span_id=secrets.token_hex(8),
            parent_id=None,
            kind=Kind.SERVER,
            service=f"service-{number}.bookinfo",
            operation="productpage.bookinfo.svc.cluster.local:9080/*",
            start=now,
            duration=1000,
            tags={f"a.tag.of.envoy.{tag}": secrets.token_hex(12) for tag in range(_TAGS)},
            failed=False,
        )
        for number in range(_SPANS)
    ]


def found(jaeger: RunningJaeger, trace_id: str) -> int:
    return len(Jaeger(QueryApi(jaeger.query, None)).trace(trace_id).spans)


def test_traces_on_a_volume_outlive_the_process_that_took_them(tmp_path: Path) -> None:
    traces, trace_id = tmp_path / "traces", secrets.token_hex(16)
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    with running_jaeger(tmp_path / "before", traces) as jaeger:
        jaeger.take(trace(trace_id))
        assert eventually(lambda: found(jaeger, trace_id), lambda it: it == _SPANS, 20) == _SPANS

    with running_jaeger(tmp_path / "after", traces) as again:
        assert found(again, trace_id) == _SPANS


@pytest.mark.thorough
def test_as_many_traces_as_are_kept_in_memory_take_half_of_its_limit(tmp_path: Path) -> None:
    first = secrets.token_hex(16)
    with running_jaeger(tmp_path) as jaeger:
        jaeger.take(trace(first))
        for _ in range(MAX_TRACES // 50):
            jaeger.take(span for _ in range(50) for span in trace(secrets.token_hex(16)))

        used = psutil.Process(jaeger.pid).memory_info().rss >> 20
        assert used < JAEGER_MEMORY_LIMIT_MIB * 0.6
        assert found(jaeger, first) == 0
