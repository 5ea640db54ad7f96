"""A server in place of a mesh: it answers with Bookinfo's page, and gives a backend the spans that sidecars would."""

import itertools
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.support.served import Asked, Reply
from tests.verify.made_traces import START, VERSIONS, Maker
from verify.traces.model import Span

#: Takes the spans of a request and returns what a broken mesh reports in their place.
Change = Callable[[list[Span]], list[Span]]


def unchanged(spans: list[Span]) -> list[Span]:
    """Return what a mesh reports in which nothing is broken."""
    return spans


@dataclass
class MadeMesh:
    """Answers requests.

    Arguments:
        report: takes spans for the backend.
        change: what is broken in the mesh.
        sampled: whether the mesh traces a request that leaves it the choice; gets its number among those.
    """

    report: Callable[[list[Span]], None]
    change: Change = unchanged
    sampled: Callable[[int], bool] = lambda _: True
    _requests: "itertools.count[int]" = field(default_factory=itertools.count)
    _undecided: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> Reply:
        """Answer one request as the gateway would."""
        given = asked.headers.get("traceparent")
        with self._lock:
            if given is None and self.sampled(next(self._undecided)):
                self._trace(secrets.token_hex(16), None, asked)
            elif given and given.endswith("-01"):
                _, trace_id, parent, _ = given.split("-")
                self._trace(trace_id, parent, asked)
        return Reply(body="<title>Simple Bookstore App</title>")

    def _trace(self, trace_id: str, parent: str | None, asked: Asked) -> None:
        spans = Maker(trace_id, VERSIONS[next(self._requests) % 3]).spans(parent or "")
        late = int(time.time() * 1e6) - START
        agent = asked.headers.get("user-agent", "")
        now = [
            replace(
                span, start=span.start + late, parent_id=span.parent_id or None, tags={**span.tags, "user_agent": agent}
            )
            for span in spans
        ]
        self.report(self.change(now))
