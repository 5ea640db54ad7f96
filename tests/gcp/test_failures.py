"""Google refuses or takes too long, or somebody presses Ctrl-C: what is said, what is left, and how it goes on."""

from collections import Counter

import pytest

from tests.gcp.conftest import History
from tests.gcp.double.kinds import CLUSTER, NODE_POOL, SERVICE

#: Run -> what it says.
REFUSALS = {
    "forbidden": "Permission denied to enable service",
    "timeout": "timeout while waiting",
    "quota": "Insufficient regional quota",
}


@pytest.mark.parametrize("run", REFUSALS)
def test_a_failed_run_says_why_and_leaves_a_consistent_state(staging: History, run: str) -> None:
    failed = staging[run]

    assert failed.outcome.exit_code != 0
    assert REFUSALS[run] in failed.outcome.text
    assert "Traceback" not in failed.outcome.text
    assert failed.pending == []


def test_nothing_is_made_before_the_apis_are_enabled(staging: History) -> None:
    assert staging["forbidden"].cloud.resources == {}


def test_a_cluster_that_google_made_too_slowly_is_in_the_state_and_nothing_waits_on_it(staging: History) -> None:
    timeout = staging["timeout"]

    assert timeout.types().count(CLUSTER) == 1
    assert NODE_POOL not in timeout.types()
    assert ("create", "istio-base") not in timeout.changed


def test_without_nodes_no_chart_goes_in(staging: History) -> None:
    quota = staging["quota"]

    assert quota.types().count(CLUSTER) == 1
    assert NODE_POOL not in quota.types()
    assert "Deployment istio-system/istiod" not in quota.objects


def test_the_runs_after_a_failure_make_nothing_twice(history: History) -> None:
    operations = history["destroy"].operations

    created = Counter(each["id"] for each in operations if each["operation"] == "create")

    assert set(created.values()) == {1}


def test_every_resource_is_made_before_it_is_changed_or_deleted(history: History) -> None:
    seen: set[str] = set()
    for each in history["destroy"].operations:
        if each["operation"] == "create":
            seen.add(each["id"])
        assert each["id"] in seen
    assert seen


def test_ctrl_c_waits_for_the_cluster_and_begins_nothing_more(dev: History) -> None:
    interrupted = dev["interrupted"]

    assert interrupted.outcome.exit_code != 0
    assert "canceled" in interrupted.outcome.text
    assert "Traceback" not in interrupted.outcome.text
    assert interrupted.pending == []
    assert interrupted.types().count(CLUSTER) == 1
    assert NODE_POOL not in interrupted.types()
    assert ("create", "cluster-cluster") not in dev["up"].changed


def test_apis_are_enabled_once(history: History) -> None:
    operations = history["destroy"].operations

    enabled = [each["id"] for each in operations if (each["operation"], each["type"]) == ("create", SERVICE)]

    for_traces = 2 if "google" in history else 0
    assert len(enabled) == len(set(enabled)) == 4 + for_traces
