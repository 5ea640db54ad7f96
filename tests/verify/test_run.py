"""The run: what is skipped because of what, and which exit code follows."""

from collections.abc import Callable

import pytest

from tests.verify.silence import Silence
from tests.verify.support import Cluster, context
from verify.causes import Cause
from verify.cluster.api import ClusterError
from verify.context import Context, Options
from verify.outcomes import (
    ALL_HOLDS,
    INTERRUPTED,
    NOT_PROVEN,
    TOOL_ERROR,
    WRONG_USAGE,
    Finding,
    StageResult,
    Verdict,
    exit_code,
    failed,
    passed,
    skipped,
    warned,
)
from verify.plan import STAGES
from verify.run import run
from verify.stage import Stage

SIMULATED = {"metadata": {"name": "node-0", "annotations": {"kwok.x-k8s.io/node": "fake"}}}
REAL = {"metadata": {"name": "node-1"}}


def made(
    name: str,
    finds: tuple[Finding, ...] = (passed("it holds"),),
    error: ClusterError | None = None,
    needs: frozenset[str] = frozenset(),
    *,
    needs_running_pods: bool = False,
) -> Stage:
    """Return a stage that finds what it is told to."""

    def check(_context: Context, _progress: Callable[[str], None]) -> list[Finding]:
        if error:
            raise error
        return list(finds)

    exit_code = next(stage.exit_code for stage in STAGES if stage.id == name)
    return Stage(name.upper(), name, exit_code, check, needs, needs_running_pods)


BROKEN = failed("it holds", Cause.NAMESPACE_MISSING, "it does not")


def results(*stages: Stage, node: object = REAL, options: Options | None = None) -> list[StageResult]:
    return run(stages, context(Cluster({"/api/v1/nodes": [node]}), options), Silence())


def test_the_first_failure_in_the_order_of_stages_decides_the_exit_code() -> None:
    found = results(made("cluster"), made("sidecars", (BROKEN,)), made("gateway", (BROKEN,)))

    assert exit_code(found) == 13


def test_a_stage_is_skipped_with_the_reason_when_one_that_it_needs_has_failed() -> None:
    (_, second) = results(made("namespaces", (BROKEN,)), made("sidecars", needs=frozenset({"namespaces"})))

    assert second.verdict is Verdict.SKIP
    assert second.findings[0].evidence == ("because NAMESPACES failed",)
    assert not second.unproven


def test_a_stage_runs_when_another_one_has_failed() -> None:
    (_, second) = results(made("namespaces", (BROKEN,)), made("sidecars"))

    assert second.verdict is Verdict.PASS


def test_warnings_do_not_fail() -> None:
    found = results(made("cluster", (warned("new", Cause.ISTIO_OUT_OF_SUPPORT, "old"),)))

    assert (exit_code(found), found[0].verdict) == (0, Verdict.WARN)


def test_what_could_not_be_seen_has_an_exit_code_of_its_own() -> None:
    found = results(made("collector", (skipped("counters", "no rights", Cause.NOT_TO_BE_SEEN),)))

    assert exit_code(found) == 3


def test_what_the_stack_lacks_is_no_failure() -> None:
    assert exit_code(results(made("collector", (skipped("Collector", "the stack has none"),)))) == 0


def test_on_simulated_nodes_a_stage_that_asks_pods_proves_nothing() -> None:
    found = results(made("traffic", needs_running_pods=True), node=SIMULATED)

    assert found[0].findings[0].cause is Cause.SIMULATED_NODES
    assert exit_code(found) == 3


def test_on_real_nodes_it_runs() -> None:
    assert exit_code(results(made("traffic", needs_running_pods=True))) == 0


@pytest.mark.parametrize("status", [401, 403, 500, None])
def test_a_question_that_the_api_server_does_not_answer_says_nothing_of_the_stages_own_link(status: int | None) -> None:
    (only,) = results(made("collector", error=ClusterError("pods is forbidden", status)))

    assert (only.verdict, only.unproven) == (Verdict.SKIP, True)
    assert "pods is forbidden" in only.findings[0].evidence[0]


def test_only_some_stages_run_when_they_are_named() -> None:
    found = results(made("cluster"), made("ca-certificate"), options=Options(only=("ca-certificate",)))

    assert [result.id for result in found] == ["ca-certificate"]


def test_fixes_name_the_stack() -> None:
    (only,) = results(made("namespaces", (BROKEN,)))

    assert only.findings[0].fix == "pulumi up --refresh --stack test"


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.WARN])
def test_a_finding_that_complains_must_say_what_to_do(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="needs a fix and a cause"):
        Finding("it holds", verdict, ("it does not",))


def test_stages_have_ids_and_exit_codes_of_their_own() -> None:
    ids = [stage.id for stage in STAGES]
    codes = [stage.exit_code for stage in STAGES]

    assert (len(set(ids)), len(set(codes))) == (len(STAGES), len(STAGES))
    assert {ALL_HOLDS, TOOL_ERROR, WRONG_USAGE, NOT_PROVEN, INTERRUPTED}.isdisjoint(codes)


def test_a_stage_needs_only_what_stands_before_it() -> None:
    ids = [stage.id for stage in STAGES]

    late = {stage.id: stage.needs - set(ids[: ids.index(stage.id)]) for stage in STAGES}

    assert {stage: needs for stage, needs in late.items() if needs} == {}
