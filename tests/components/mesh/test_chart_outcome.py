"""What is said, and when, of a chart that does not make what the program relies on."""

from typing import Any, Final

import pulumi
import pytest

from components.mesh.chart_outcome import ChartOutcome
from components.mesh.owned_facts import Fact, OwnedObject
from tests.support.mocks import record
from tests.support.transforms import through

NAMED: Final = OwnedObject(
    "ConfigMap", "istio", "it is read", facts=[Fact(("data", "key"), "ours", "nameKey decides it")]
)
OTHER: Final = OwnedObject("Service", "istiod", "it is called")
SAYS_THEIRS: Final = 'ConfigMap istio would have "theirs" at data.key, not "ours": nameKey decides it'


def message(*faults: str) -> str:
    """Return what is said of faults."""
    key = "traced-mesh:istiodValues"
    lines = [
        key,
        *(f"  problem: with these values of chart istiod, {fault}" for fault in faults),
        "  allowed: values, and charts in traced-mesh:istioCharts, that leave it as the program needs it",
        f"  fix:     take what changes it out of {key}, or all of it: pulumi config rm {key}",
    ]
    return "\n".join(lines)


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is reported to Pulumi as an error."""
    reported: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", reported.append)
    return reported


def config_map(name: str, value: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"key": value}}


def completed(outcome: ChartOutcome, made: list[str] | None) -> None:
    """Let the chart be complete, with what is known of its resources."""
    record(lambda: {"made": outcome.complete(pulumi.Output.from_input(made))})


def test_an_update_ends_at_an_object_that_says_something_else(
    monkeypatch: pytest.MonkeyPatch, errors: list[str]
) -> None:
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)

    with pytest.raises(pulumi.RunError) as raised:
        through(ChartOutcome("istiod", [NAMED]).judge, config_map("istio", "theirs"))

    assert errors == [str(raised.value)] == [message(SAYS_THEIRS)]


def test_a_preview_ends_with_all_that_is_wrong_and_missing(monkeypatch: pytest.MonkeyPatch, errors: list[str]) -> None:
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    outcome = ChartOutcome("istiod", [NAMED, OTHER])
    document = config_map("istio", "theirs")

    assert through(outcome.judge, document) is document
    with pytest.raises(pulumi.RunError) as raised:
        completed(outcome, ["all"])

    assert errors == []
    assert str(raised.value) == message(SAYS_THEIRS, "it would make no Service istiod: it is called")


@pytest.mark.parametrize("document", [config_map("istio", "ours"), config_map("another", "theirs")])
def test_object_as_it_must_be_and_those_of_others_pass_unchanged(document: dict[str, Any], errors: list[str]) -> None:
    assert through(ChartOutcome("istiod", [NAMED]).judge, document) is document
    assert errors == []


def test_nothing_is_wrong_with_a_chart_that_makes_all_of_it(errors: list[str]) -> None:
    outcome = ChartOutcome("istiod", [NAMED])
    through(outcome.judge, config_map("istio", "ours"))

    completed(outcome, ["all"])

    assert errors == []


def test_nothing_is_missing_while_a_preview_does_not_know_what_is_made(errors: list[str]) -> None:
    completed(ChartOutcome("istiod", [OTHER]), None)

    assert errors == []
