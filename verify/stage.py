"""The shape of a stage: one link of the chain, and how it is checked."""

from collections.abc import Callable
from typing import Protocol

from verify.context import Context
from verify.outcomes import Finding


class Stage(Protocol):
    """One link of the chain and how it is checked.

    Attributes:
        name: what is shown, for example `access token`.
        id: what `--only` takes, for example `access-token`.
        exit_code: what the run exits with if this is the first stage that failed.
        needs: ids of stages that must not have failed, or this one is skipped with the reason.
        needs_running_pods: whether it says nothing about Pods on simulated nodes; there it is skipped as not proven.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see the class

    @property
    def id(self) -> str: ...  # noqa: D102 - see the class

    @property
    def exit_code(self) -> int: ...  # noqa: D102 - see the class

    @property
    def needs(self) -> frozenset[str]: ...  # noqa: D102 - see the class

    @property
    def needs_running_pods(self) -> bool: ...  # noqa: D102 - see the class

    def check(self, context: Context, progress: Callable[[str], None]) -> list[Finding]:
        """Return what is found; `progress` takes a few words on anything that lasts longer than a second."""
        ...
