"""Which rules a resource or a stack breaks: pure functions on plain data."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from policy.exceptions import is_exempt
from policy.reading import NotKnownYet
from policy.resource import Resource
from policy.rule import ANY, ResourceRule, Rule, StackRule


@dataclass(frozen=True)
class Violation:
    """One breach of a rule.

    Arguments:
        rule: the rule.
        resource: what breaks it.
        wrong: what is wrong, as a clause.
    """

    rule: Rule
    resource: Resource
    wrong: str

    @property
    def message(self) -> str:
        """What people read about it."""
        return self.rule.message(self.wrong)


def concerns(rule: Rule, kind: str) -> bool:
    """Tell whether a rule looks at resources of a kind."""
    return kind in rule.kinds or ANY in rule.kinds


def judge(resource: Resource, rules: Iterable[Rule]) -> Iterator[Violation]:
    """Yield the breaches of those rules that are about single resources.

    What a rule can't know yet it does not judge; in an update everything is known before a resource is made.
    """
    for rule in rules:
        if isinstance(rule, ResourceRule) and concerns(rule, resource.kind):
            with suppress(NotKnownYet):
                found = [Violation(rule, resource, wrong) for wrong in rule.check(resource)]
                yield from [each for each in found if not is_exempt(rule, resource)]


def judge_stack(resources: Sequence[Resource], rules: Iterable[Rule]) -> Iterator[Violation]:
    """Yield the breaches of those rules that are about resources together."""
    for rule in rules:
        if isinstance(rule, StackRule):
            of_interest = [each for each in resources if concerns(rule, each.kind)]
            with suppress(NotKnownYet):
                found = [Violation(rule, resource, wrong) for resource, wrong in rule.check(of_interest)]
                yield from [each for each in found if not is_exempt(rule, each.resource)]
