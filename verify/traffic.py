"""Smoke traffic as plain data: what was sent, and what became of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from components.constants.names import VERIFICATION_AGENT
from verify.answers import BadAnswer
from verify.traces.checks import Sent


@dataclass(frozen=True)
class Request:
    """A request and what became of it.

    Arguments:
        sent: the ids that it brought; `None` if it left them to the mesh.
        seconds: until the whole answer was there, or the failure.
        problem: what is wrong with the answer; `None` if it is whole.
    """

    sent: Sent | None
    seconds: float
    problem: BadAnswer | None = None


@dataclass(frozen=True)
class Traffic:
    """A run of requests.

    Arguments:
        url: the page's address.
        run: random name of the run, part of the requests' user agent.
        began: when it began, in seconds since 1970.
        ended: when it ended.
        requests: the requests in order.
    """

    url: str
    run: str
    began: float
    ended: float
    requests: tuple[Request, ...]

    @property
    def answered(self) -> tuple[Sent, ...]:
        """The ids of the requests that brought some and were answered with a whole page."""
        return tuple(each.sent for each in self.requests if each.sent and not each.problem)

    @property
    def undecided(self) -> int:
        """How many requests that left the ids to the mesh were answered with a whole page."""
        return sum(1 for each in self.requests if not each.sent and not each.problem)

    @property
    def agent(self) -> str:
        """The user agent of the requests that brought ids; Envoy writes it to the tag `user_agent`."""
        return agent(self.run)

    @property
    def undecided_agent(self) -> str:
        """The user agent of the others."""
        return undecided_agent(self.run)

    @property
    def problems(self) -> tuple[BadAnswer, ...]:
        """What was wrong, a problem for each failed request."""
        return tuple(each.problem for each in self.requests if each.problem)

    def latency(self, percentage: float) -> float | None:
        """Return the latency in seconds below which that percentage of whole answers came; `None` if there are none."""
        return percentile([each.seconds for each in self.requests if not each.problem], percentage)


def agent(run: str) -> str:
    """Return the user agent of a run's requests that bring ids."""
    return f"{VERIFICATION_AGENT}{run}"


def undecided_agent(run: str) -> str:
    """Return the user agent of a run's requests that leave the ids to the mesh."""
    return f"{agent(run)}-undecided"


def percentile(values: Sequence[float], percentage: float) -> float | None:
    """Return the smallest value that at least `percentage` (0 to 100) of the values do not exceed; `None` of none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percentage / 100) - 1)] if ranked else None
