"""One broken link on a real node: what changes, what the verification must say of it, and that it is fixed."""

import secrets
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.demo.node.running_node import RunningNode, eventually, http
from tests.verify.changes import COLLECTOR, OBSERVABILITY, request, rolled_out
from tests.verify.silence import Silence
from tests.verify.support import failures
from verify.causes import Cause
from verify.cluster.collector_log import Complaint
from verify.context import Context, Options
from verify.expected import Expected
from verify.outcomes import StageResult, exit_code
from verify.plan import STAGES
from verify.run import run

#: Makes one change to a node and undoes it; yields what the stack's outputs say otherwise.
Break = Callable[["BreakableNode"], AbstractContextManager[dict[str, Any] | None]]

#: Requests of a run: enough for every version of reviews, as a rule.
_REQUESTS: Final = 8

#: Requests per second.
_RATE: Final = 40.0

#: Seconds that a run waits for spans; 5 to 10 are usual.
_TIMEOUT: Final = 11.0

#: Seconds within which the Collector complains of a backend, or is over it: it tries again every 30 s at least.
_PATIENCE: Final = 80.0


@dataclass(frozen=True)
class Broken:
    """A broken environment.

    Arguments:
        change: breaks it, and repairs it.
        stage: id of the stage that is to fail.
        cause: what it is to name.
    """

    change: Break
    stage: str
    cause: Cause


@dataclass(frozen=True)
class BreakableNode:
    """A node with the environment on it, to be broken.

    Arguments:
        running: the node.
        outputs: its stack's outputs.
        api: a Kubernetes client for it.
    """

    running: RunningNode
    outputs: dict[str, Any]
    api: Any

    def verified(self, only: tuple[str, ...] = (), **outputs: Any) -> list[StageResult]:
        """Run the verification; `outputs` are those that the stack is said to have otherwise."""
        options = Options(
            only=only,
            requests=_REQUESTS,
            rate=_RATE,
            timeout=_TIMEOUT,
            backend="jaeger",
            backend_url=self.running.jaeger_url,
        )
        return run(STAGES, Context(self._target(outputs), options), Silence())

    def send_spans(self) -> None:
        """Let the mesh make spans; a sidecar sends them when it has five, or after 5 s."""
        for _ in range(3):
            trace = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
            assert http.get(self.outputs["productPageUrl"], headers={"traceparent": trace}).status_code == 200

    def wait_for_complaint(self, cause: Cause | None = None) -> None:
        """Send spans until the Collector complains, of `cause` if given; those that it gets at its start are lost."""

        def complaint() -> Complaint | None:
            self.send_spans()
            return self._complaint()

        seen = eventually(complaint, lambda seen: seen is not None and cause in {None, seen.cause}, _PATIENCE)
        assert seen is not None
        assert cause in {None, seen.cause}, seen

    def wait_for_peace(self) -> None:
        """Wait until the Collector has nothing to complain of; it tries again after 5 s and ever more rarely."""
        left = eventually(self._complaint, lambda seen: seen is None, _PATIENCE)
        assert left is None, left

    def _complaint(self) -> Complaint | None:
        reading = Context(self._target({})).collector
        return reading.complaint if reading else None

    def renew_collector(self) -> None:
        """Replace the Collector's Pod, which reads its configuration once, and wait for the new one."""
        self.end_collector()
        rolled_out(self.api, COLLECTOR)

    def end_collector(self) -> None:
        """Delete the Collector's Pod; the next one comes by itself."""
        pods = f"{OBSERVABILITY}/pods?labelSelector=app.kubernetes.io%2Fname%3Dotel-collector"
        for pod in request(self.api, "GET", pods)["items"]:
            path = f"{OBSERVABILITY}/pods/{pod['metadata']['name']}?gracePeriodSeconds=1"
            request(self.api, "DELETE", path)

    def _target(self, outputs: dict[str, Any]) -> Expected:
        return Expected.from_outputs("demo", {**self.outputs, **outputs})


def assert_named_and_repaired(node: BreakableNode, broken: Broken) -> None:
    """Assert that a broken link is the only one that is named, and that its stage holds again once it is repaired."""
    with broken.change(node) as outputs:
        results = node.verified(**(outputs or {}))

    assert failures(results) == [(broken.stage, str(broken.cause))], results
    assert exit_code(results) == next(each.exit_code for each in STAGES if each.id == broken.stage)
    afterwards = node.verified(only=(broken.stage,))
    assert failures(afterwards) == [], afterwards


def by_api(change: Callable[[Any], AbstractContextManager[None]]) -> Break:
    """Change an object of the cluster."""

    @contextmanager
    def changed(node: BreakableNode) -> Generator[None]:
        with change(node.api):
            yield

    return changed


def on_node(change: Callable[[RunningNode], AbstractContextManager[None]], cause: Cause | None = None) -> Break:
    """Change something on the node, wait until the Collector feels it, and afterwards until its spans arrive.

    Where single attempts end in several ways, `cause` says for which of them to wait.
    """

    @contextmanager
    def changed(node: BreakableNode) -> Generator[None]:
        try:
            with change(node.running):
                node.renew_collector()  # its log tells nothing of the moments before the change was complete
                node.wait_for_complaint(cause)
                yield
        finally:
            node.wait_for_peace()
            node.renew_collector()  # nor the next test anything of this one

    return changed


def by_collector(change: Callable[[Any], AbstractContextManager[None]]) -> Break:
    """Change what the Collector reads at its start, and start it anew, each time."""

    @contextmanager
    def changed(node: BreakableNode) -> Generator[None]:
        try:
            with change(node.api):
                node.renew_collector()
                node.wait_for_complaint()
                yield
        finally:
            node.renew_collector()

    return changed
