"""What a measured run has cost, and what is run: plain data that two processes hand to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One command of a measured run.

    Arguments:
        command: its words.
        accepted: exit codes that count as success. `kubectl diff` says with 1 that there is a difference.
        output: the file that it prints to; default: the log.
    """

    command: Sequence[str]
    accepted: Sequence[int] = (0,)
    output: str | None = None


@dataclass(frozen=True)
class Cost:
    """What everything that was started has used.

    Arguments:
        wall: seconds from the first command's start to the last one's end.
        cpu: seconds of processor time, in user mode and in the kernel.
        memory: the most memory that all processes had at once, in MiB: the sum of their resident sets, so that what two
            processes share counts twice.
        programs: program -> its part of `cpu`, by samples; what ran between the last sample and its end is missing.
        servers: seconds of processor time of the sandbox's own servers meanwhile; not part of `cpu`.
    """

    wall: float
    cpu: float
    memory: float
    programs: Mapping[str, float] = field(default_factory=dict[str, float])
    servers: float = 0.0
