"""What a command works on: a stack and, if it lives in one, its local environment."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from local.paths import DEFAULT_INSTANCE
from local.stack_files import StackFile, find_stack_file

#: The stack that `make` takes unless it is told another.
DEFAULT_STACK: Final = "sandbox"


@dataclass(frozen=True)
class Target:
    """What a command works on.

    Arguments:
        stack: the stack's name.
        instance: name of the sandbox, for stacks that live in one.
    """

    stack: str
    instance: str = DEFAULT_INSTANCE

    @cached_property
    def file(self) -> StackFile:
        """The stack's file."""
        return find_stack_file(self.stack)

    def make(self, goal: str, option: str = "") -> str:
        """Return the make command that a person types for a goal on this target: `make down INSTANCE=second`."""
        stack = f"STACK={self.stack}" if self.stack != DEFAULT_STACK else ""
        return " ".join(word for word in ("make", option, goal, stack, self._instance_word) if word)

    def make_by_name(self, goal: str) -> str:
        """Return the same command with the stack's name in any case, where another stack is talked of, too."""
        return " ".join(word for word in ("make", goal, f"STACK={self.stack}", self._instance_word) if word)

    @property
    def _instance_word(self) -> str:
        return f"INSTANCE={self.instance}" if self.instance != DEFAULT_INSTANCE else ""
