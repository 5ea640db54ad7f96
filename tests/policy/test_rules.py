"""Every rule of the policy pack stops what breaks it, with a message that says how to fix it, and nothing else."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.configuration.machinery.parsing import keys
from components.configuration.settings import Settings
from components.constants.choices import EnvironmentKind
from policy.exceptions import EXEMPTIONS, Exemption
from policy.judgement import Violation, judge, judge_stack
from policy.reading import UNKNOWN
from policy.resource import Resource
from policy.rule import ResourceRule, StackRule
from policy.rules import RULES
from tests.policy.support import Case, cases, resource

BY_NAME = {rule.name: rule for rule in RULES}

#: What each violating case is told: rule -> number of the case -> its breaches, without the fix.
MESSAGES: dict[str, dict[int, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("messages.yaml").read_text(encoding="utf-8")
)


def broken(case: Case) -> list[Violation]:
    """Return how the resources of a case break its rule."""
    rules = [BY_NAME[case.rule]]
    return [*(it for each in case.resources for it in judge(each, rules)), *judge_stack(case.resources, rules)]


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_rule_finds_what_breaks_it_and_names_what_is_wrong_where(case: Case) -> None:
    found = [violation.message.partition("\nFix: ")[0] for violation in broken(case)]

    assert found == (MESSAGES[case.rule][case.number] if case.breaks else [])


@pytest.mark.parametrize("case", [case for case in cases() if case.breaks], ids=str)
def test_a_message_ends_with_the_fix_of_its_rule(case: Case) -> None:
    fixes = [violation.message.partition("\nFix: ")[2] for violation in broken(case)]

    assert set(fixes) == {f"{BY_NAME[case.rule].fix}."}


def test_every_message_that_is_written_down_is_of_a_case() -> None:
    written = {(rule, number) for rule, messages in MESSAGES.items() for number in messages}

    assert written == {(case.rule, case.number) for case in cases() if case.breaks}


@pytest.mark.parametrize("breaks", [True, False], ids=["violating", "clean"])
def test_every_rule_has_a_case(breaks: bool) -> None:
    tested = {case.rule for case in cases() if case.breaks is breaks}

    assert tested == set(BY_NAME)


def test_rules_have_names_of_their_own_and_all_of_them_are_written_down() -> None:
    assert len(BY_NAME) == len(RULES)
    assert set(MESSAGES) == set(BY_NAME)


def test_every_rule_knows_every_kind_of_environment() -> None:
    assert all(set(rule.levels) == set(EnvironmentKind) for rule in RULES)


class NothingKnown(dict[str, Any]):
    """Properties of which a preview knows none."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 - the signature is that of dict
        return UNKNOWN


# The rule left out is against resources of a kind, whatever their properties.
@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.name != "iam-no-key-files"], ids=lambda rule: rule.name
)
def test_a_rule_leaves_what_is_not_known_yet_to_the_update(rule: ResourceRule | StackRule) -> None:
    unknown = [Resource(_type(kind), "unknown", NothingKnown()) for kind in sorted(rule.kinds)]

    judged = [*(it for each in unknown for it in judge(each, [rule])), *judge_stack(unknown, [rule])]

    assert judged == []


def test_a_part_that_is_not_known_does_not_hide_what_is() -> None:
    deployment = resource(
        kind="Deployment", pod={"hostNetwork": True, "containers": [{"name": "web", "image": UNKNOWN}]}
    )

    found = {violation.rule.name for violation in judge(deployment, RULES)}

    assert "pod-off-the-host" in found
    assert "image-pinned" not in found


def _type(kind: str) -> str:
    package, _, rest = kind.partition(":")
    return f"kubernetes:any/v1:{rest}" if package == "kubernetes" else kind


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_mended_by_configuration_that_exists(rule: ResourceRule | StackRule) -> None:
    named = set(re.findall(r"\btraced-mesh:(\w+)", rule.fix))

    assert named <= set(keys(Settings))


@pytest.mark.parametrize("exemption", EXEMPTIONS, ids=lambda each: f"{each.rule}-{each.name}")
def test_an_exemption_is_of_a_rule_that_would_find_the_object(exemption: Exemption) -> None:
    rule = BY_NAME[exemption.rule]

    assert exemption.kind in rule.kinds
    assert all((exemption.reason, exemption.source))


def test_an_exemption_covers_nothing_but_its_object() -> None:
    webhooks = {"webhooks": [{"name": "a", "failurePolicy": "Ignore"}]}
    names = ["istiod-default-validator", "istiod-default-validator-of-others"]

    found = [
        {violation.rule.name for violation in judge(resource(kind=kind, named=name, properties=webhooks), RULES)}
        for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
        for name in names
    ]

    assert [("webhook-fails-closed" in each) for each in found] == [False, True, True, True]
