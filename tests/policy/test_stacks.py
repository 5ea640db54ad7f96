"""No stack of the project breaks a rule of the policy pack that would stop it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel

from local.toolchain.programs import NEWEST_ISTIO
from policy.judgement import Violation, judge, judge_stack
from policy.leaks import Secret, leaks, secret_texts
from policy.resource import Resource
from policy.rules import RULES
from policy.stack import Stack
from reference.stacks.recordings import recordings
from tests.support.istio import Document, Istio
from tests.support.mocks import Recorded, mapped
from tests.support.stacks import TOKEN, stack_config, stack_names, stack_settings


def violations(stack: str) -> list[Violation]:
    """Return every breach of a rule by a stack, also of those rules that don't count in its environment."""
    resources = [each for made in recordings()[stack].resources for each in _resources(made, stack)]
    return [*(it for each in resources for it in judge(each, RULES)), *judge_stack(resources, RULES)]


def in_words(found: list[Violation]) -> list[str]:
    """Return breaches as people read them."""
    return [f"{each.rule.name} ({each.resource.type}: {each.resource.name}): {each.wrong}" for each in found]


@pytest.mark.parametrize("stack", stack_names())
def test_no_stack_breaks_a_rule_that_stops_it(stack: str, tmp_path: Path) -> None:
    kind = stack_settings(stack, tmp_path).environment
    found = violations(stack)

    stopping = [each for each in found if Stack(kind).level(each.rule) is EnforcementLevel.MANDATORY]

    assert in_words(stopping) == []


def _resources(made: Recorded, stack: str) -> Iterator[Resource]:
    """Yield a resource as the engine would hand it to the pack, and for a chart what it renders."""
    marked = _marked(made.inputs)
    yield Resource(made.type, made.name, made.plain, made.protected, tuple(leaks(marked, secret_texts([TOKEN]))))
    if made.type == "kubernetes:helm.sh/v4:Chart":
        for document in _rendered(made, stack):
            group, _, version = document["apiVersion"].rpartition("/")
            type_token = f"kubernetes:{group or 'core'}/{version}:{document['kind']}"
            yield Resource(type_token, f"{made.name}:{document['metadata']['name']}", document, protected=False)


def _rendered(chart: Recorded, stack: str) -> list[Document]:
    path = str(chart.plain["chart"])
    # The newest charts that are at hand stand in for those that a stack would fetch.
    release = NEWEST_ISTIO if "://" in path else stack_config(stack)["istioVersion"]
    return Istio.obtain(release).render(Path(path).name, chart.plain["values"], chart.name)


def _marked(inputs: dict[str, Any]) -> Any:
    return mapped(inputs, secret=Secret)
