"""What is measured, in rounds: within each, every contender does everything, and each begins in turn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bench.arena import Arena
from bench.contenders import Contender, Helm, Istioctl, Kubectl, Program, Wanted
from bench.cost import Cost
from bench.floor import PROGRAMS, Floor
from local.console import say


class Operation(StrEnum):
    """What is done with an environment, in this order."""

    FIRST_UP = "first up"
    NOTHING_CHANGED = "nothing changed"
    PREVIEW = "preview"
    VALUE_CHANGED = "one value changed"
    NAMESPACE_ADDED = "one namespace added"
    DESTROY = "destroy"


#: The two configurations after the first, by the keys in which they differ from it: the value is the number of the
#: gateway's Pods, so that a rollout is waited for.
_CHANGED: Final[Mapping[str, Any]] = {"gatewayReplicas": 2}
_WIDENED: Final[Mapping[str, Any]] = {**_CHANGED, "injectedNamespaces": ["added"]}

#: The limit's name is the contender that all others are divided by.
LIMIT: Final = Kubectl.name


@dataclass(frozen=True)
class Record:
    """One measured operation.

    Arguments:
        round: number of the round, from 1.
        contender: who did it.
        operation: what was done.
        cost: what it has cost.
        size: number of namespaces, where growth is measured; 0 elsewhere.
        resources: number of objects that were there in the end, where growth is measured; 0 elsewhere.
    """

    round: int
    contender: str
    operation: Operation
    cost: Cost
    size: int = 0
    resources: int = 0


def operations(arena: Arena, rounds: int) -> Iterator[Record]:
    """Measure the everyday operations of all contenders, yielding each as it is done.

    Before the first round this program brings everything up once, unmeasured: so the peers know the finished objects,
    and every program's file has been read once.
    """
    program = Program(arena.pulumi)
    say("rehearsal: the objects are made once, unmeasured")
    wanted = _rehearsed(arena, program)
    contenders = _contenders(arena, program)
    floors = _floors(arena)
    for number in range(1, rounds + 1):
        for contender in _turned(contenders, number):
            yield from _one_round(arena, contender, wanted, number)
        for floor in floors:
            yield from _floor_round(arena, floor, number)


def growth(arena: Arena, rounds: int, sizes: Sequence[int]) -> Iterator[Record]:
    """Measure the first up and an up without a change by the number of namespaces, for this program and the limit."""
    program, limit = Program(arena.pulumi), _limit(arena)
    for number in range(1, rounds + 1):
        for size in sizes:
            names = [f"app-{each}" for each in range(1, size + 1)]
            file = arena.configured(f"growth-{size}", {"injectedNamespaces": names})
            first = arena.measure(program.up_from(file))
            wanted = arena.made(file)
            yield from _grown(arena, program, wanted, first, (number, size))
            yield from _grown(arena, limit, wanted, arena.measure(limit.up(wanted)), (number, size))


def _rehearsed(arena: Arena, program: Program) -> Mapping[Operation, Wanted]:
    """Return what is wanted after each operation that makes something."""
    wanted: dict[Operation, Wanted] = {}
    for operation, changes in (
        (Operation.FIRST_UP, {}),
        (Operation.VALUE_CHANGED, _CHANGED),
        (Operation.NAMESPACE_ADDED, _WIDENED),
    ):
        file = arena.configured(operation.replace(" ", "-"), changes)
        arena.measure(program.up_from(file))
        wanted[operation] = arena.made(file)
    arena.measure(program.destroy(wanted[Operation.NAMESPACE_ADDED]))
    arena.clear()
    return wanted


def _contenders(arena: Arena, program: Program) -> Sequence[Contender]:
    folder, release = arena.instance.folder, arena.pulumi.stack_file.istio_release
    limit = _limit(arena)
    return (
        program,
        limit,
        Helm(arena.toolchain.charts(release), Kubectl(folder / "helm")),
        Istioctl(arena.toolchain.istioctl(release), Kubectl(folder / "istioctl")),
    )


def _floors(arena: Arena) -> Sequence[Floor]:
    """Return Pulumi's floor: each program with its project and its stack, which are made here."""
    folder = arena.instance.folder / "floor"
    floors = [Floor(name, arena.pulumi.executable, folder / str(place)) for place, name in enumerate(PROGRAMS)]
    arena.measure([floor.write() for floor in floors])
    return floors


def _limit(arena: Arena) -> Kubectl:
    return Kubectl(arena.instance.folder / "kubectl")


def _turned(contenders: Sequence[Contender], number: int) -> Sequence[Contender]:
    """Return the contenders in the order of a round: another begins each time."""
    first = (number - 1) % len(contenders)
    return [*contenders[first:], *contenders[:first]]


def _one_round(arena: Arena, contender: Contender, wanted: Mapping[Operation, Wanted], number: int) -> Iterator[Record]:
    first, changed, widened = (
        wanted[each] for each in (Operation.FIRST_UP, Operation.VALUE_CHANGED, Operation.NAMESPACE_ADDED)
    )
    for operation, steps, goal in (
        (Operation.FIRST_UP, contender.up, first),
        (Operation.NOTHING_CHANGED, contender.up, first),
        (Operation.PREVIEW, contender.preview, first),
        (Operation.VALUE_CHANGED, contender.up, changed),
        (Operation.NAMESPACE_ADDED, contender.up, widened),
        (Operation.DESTROY, contender.destroy, widened),
    ):
        yield _said(Record(number, contender.name, operation, arena.measure(steps(goal))))  # writes the goal's files
    arena.clear()


def _floor_round(arena: Arena, floor: Floor, number: int) -> Iterator[Record]:
    for operation, step in (
        (Operation.FIRST_UP, floor.up()),
        (Operation.NOTHING_CHANGED, floor.up()),
        (Operation.PREVIEW, floor.preview()),
        (Operation.DESTROY, floor.destroy()),
    ):
        yield _said(Record(number, floor.name, operation, arena.measure([step])))


def _grown(
    arena: Arena, contender: Contender, wanted: Wanted, first: Cost, position: tuple[int, int]
) -> Iterator[Record]:
    """Yield the first up, then put an application into each namespace and measure an up without a change."""
    number, size = position
    resources = len(wanted.objects.made)
    yield _said(Record(number, contender.name, Operation.FIRST_UP, first, size, resources))
    arena.apply([_application(namespace) for namespace in wanted.objects.shared_namespaces])
    again = arena.measure(contender.up(wanted))
    yield _said(Record(number, contender.name, Operation.NOTHING_CHANGED, again, size, resources))
    arena.measure(contender.destroy(wanted))
    arena.clear()


def _application(namespace: str) -> Mapping[str, Any]:
    """Return an application in a namespace: one Pod, which gets a sidecar."""
    labels = {"app": namespace}
    pod = {"containers": [{"name": "app", "image": "registry.k8s.io/pause:3.10"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": namespace, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def _said(record: Record) -> Record:
    """Print a line of progress and return the record."""
    size = f" with {record.size} more namespaces" if record.size else ""
    cost = record.cost
    say(
        f"round {record.round}: {record.contender}: {record.operation}{size}: "
        f"{cost.wall:.1f} s, {cost.cpu:.1f} s of CPU time, {cost.memory:.0f} MiB"
    )
    return record
