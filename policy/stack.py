"""What the engine says about a stack before it asks about resources: its kind, its secrets, changed levels."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pulumi_policy import EnforcementLevel

from components.constants.choices import EnvironmentKind
from policy.leaks import secret_texts
from policy.rule import Rule

#: The configuration key that says what an environment is for.
KIND_KEY = "environment"


@dataclass(frozen=True)
class Stack:
    """A stack as far as rules depend on it.

    Arguments:
        kind: what its environment is for. Default: `PROD`, the strictest, for engines that don't say.
        searched: the texts that are secret in its configuration; see `leaks.secret_texts`.
        changed: rule's name -> level, where a configuration of the pack changes it.
    """

    kind: EnvironmentKind = EnvironmentKind.PROD
    searched: frozenset[str] = frozenset()
    changed: Mapping[str, EnforcementLevel] = field(default_factory=dict[str, EnforcementLevel])

    @classmethod
    def configured(cls, project: str, config: Mapping[str, str], secret_keys: Collection[str]) -> "Stack":
        """Return the stack that a configuration describes.

        Arguments:
            project: the project's name, which begins its keys.
            config: the stack's configuration, secrets readable.
            secret_keys: the keys of it whose values are kept encrypted.
        """
        text = config.get(f"{project}:{KIND_KEY}") or EnvironmentKind.DEV
        # What is none of the kinds the program itself refuses, with the command to fix it.
        kind = EnvironmentKind(text) if text in set(EnvironmentKind) else EnvironmentKind.PROD
        return cls(kind, secret_texts([config[key] for key in secret_keys if key in config]))

    def level(self, rule: Rule) -> EnforcementLevel:
        """Return what a breach of a rule does to an update of this stack."""
        return self.changed.get(rule.name, rule.levels[self.kind])
