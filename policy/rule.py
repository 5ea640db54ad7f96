"""What a rule is: its name, what it demands, how grave a breach is in which environment, and how it is fixed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_policy import EnforcementLevel, Severity

from components.constants.choices import EnvironmentKind
from policy.resource import Resource

#: Yields what is wrong with a resource, each as a clause: `container 'web' has no limit for memory`.
Check = Callable[[Resource], Iterator[str]]

#: Yields each resource that is wrong with what is wrong, having seen all resources of a stack.
StackCheck = Callable[[Sequence[Resource]], Iterator[tuple[Resource, str]]]

#: How grave a breach is in each kind of environment.
Levels = Mapping[EnvironmentKind, EnforcementLevel]


def _levels(dev: EnforcementLevel, staging: EnforcementLevel, prod: EnforcementLevel) -> Levels:
    return {EnvironmentKind.DEV: dev, EnvironmentKind.STAGING: staging, EnvironmentKind.PROD: prod}


_OFF: Final = EnforcementLevel.DISABLED
_ADVICE: Final = EnforcementLevel.ADVISORY
_STOP: Final = EnforcementLevel.MANDATORY

#: Stops every environment.
EVERYWHERE: Final = _levels(_STOP, _STOP, _STOP)

#: What a small environment may do without and says so by its kind; stops the others.
BEYOND_DEV: Final = _levels(_OFF, _STOP, _STOP)

#: As `BEYOND_DEV`, but worth a warning in any environment.
WARNED_IN_DEV: Final = _levels(_ADVICE, _STOP, _STOP)

#: What only prod can't do without.
PROD_ONLY: Final = _levels(_OFF, _OFF, _STOP)

#: Stops nothing: whether it is right depends on what the environment is for.
ADVISED_BEYOND_DEV: Final = _levels(_OFF, _ADVICE, _ADVICE)


@dataclass(frozen=True)
class Rule:
    """A rule; one of `ResourceRule` and `StackRule`.

    Arguments:
        name: its name, by which a configuration of the pack refers to it.
        demand: what it demands, one sentence.
        severity: how much harm a breach does.
        levels: what a breach does to an update, by the kind of the environment.
        fix: how a breach is fixed: the configuration key or the field, as a clause in the imperative.
        kinds: the kinds of resources that it looks at, as `Resource.kind` has them; `ANY` for all.
    """

    name: str
    demand: str
    severity: Severity
    levels: Levels
    fix: str
    kinds: frozenset[str]

    def message(self, wrong: str) -> str:
        """Return what people read about one breach."""
        first = wrong.partition(" ")[0]
        begin = wrong[0].upper() if first.isalpha() and first.islower() else wrong[0]  # names stay as they are
        return f"{begin}{wrong[1:]}.\nFix: {self.fix}."


@dataclass(frozen=True)
class ResourceRule(Rule):
    """A rule about one resource, judged before the resource is made.

    Arguments:
        check: yields what is wrong with a resource.
    """

    check: Check


@dataclass(frozen=True)
class StackRule(Rule):
    """A rule about resources together, judged at the end of a preview and of an update.

    Arguments:
        check: yields each resource that is wrong, of those of its kinds, with what is wrong.
    """

    check: StackCheck


#: Among a rule's kinds: all of them.
ANY: Final = "*"


def kinds(*names: str) -> frozenset[str]:
    """Return kinds of Kubernetes' resources by their short names."""
    return frozenset(f"kubernetes:{name}" for name in names)
