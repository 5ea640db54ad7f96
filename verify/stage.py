"""The shape of a stage: one link of the chain, and how it is checked."""

from collections.abc import Callable
from dataclasses import dataclass

from verify.context import Context
from verify.outcomes import Finding


@dataclass(frozen=True)
class Stage:
    """One link of the chain and how it is checked.

    Arguments:
        name: what is shown, for example `access token`.
        id: what `--only` takes, for example `access-token`.
        exit_code: what the run exits with if this is the first stage that failed.
        check: returns what is found; it is given a function that takes a few words on what lasts longer than a second.
        needs: ids of stages that must not have failed, or this one is skipped with the reason. Default: the cluster's.
        needs_running_pods: whether it says nothing about Pods on simulated nodes; there it is skipped as not proven.
            Default: no.
    """

    name: str
    id: str
    exit_code: int
    check: Callable[[Context, Callable[[str], None]], list[Finding]]
    needs: frozenset[str] = frozenset({"cluster"})
    needs_running_pods: bool = False
