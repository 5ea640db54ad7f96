"""Refuses values of a team, and charts, by which Istio's charts would not make what the program relies on."""

import threading
from collections.abc import Sequence
from typing import Any

import pulumi

from common.plain import at
from components.constants.names import PROJECT_NAME
from components.mesh.owned_facts import OwnedObject


class ChartOutcome:
    """Holds what one chart makes against what it must make, object by object on their way to the engine.

    A preview, and so an update that begins with one, ends with all faults before anything is made. An update without a
    preview ends at the first object with a fault, which stays as it was.

    Arguments:
        chart: name of the chart; a team's values for it stand in configuration key `<chart>Values`.
        objects: what it must make.
    """

    def __init__(self, chart: str, objects: Sequence[OwnedObject]) -> None:
        self._chart = chart
        self._wanted = {(each.kind, each.name): each for each in objects}
        self._missing = dict(self._wanted)
        self._faults: list[str] = []
        self._lock = threading.Lock()  # the engine asks about several objects at once

    def judge(self, args: pulumi.ResourceTransformArgs) -> None:
        """Judge an object as the chart has made it; a transform that changes nothing.

        Raises:
            RunError: in an update, if it is not as it must be.
        """
        identity = (args.type_.rpartition(":")[2], str(at(args.props, "metadata", "name")))
        owned = self._wanted.get(identity)
        if owned is None:
            return
        faults = list(owned.faults(args.props))
        with self._lock:
            self._missing.pop(identity, None)
            self._faults += faults
        if faults and not pulumi.runtime.is_dry_run():
            text = self._text(faults)
            pulumi.log.error(text)  # the engine adds to what is raised here that its call has failed
            raise pulumi.RunError(text)

    def complete(self, made: pulumi.Output[Any]) -> pulumi.Output[None]:
        """End the program if anything was wrong, once all that the chart makes is known; in a preview it may not be.

        Arguments:
            made: the chart's resources.

        Returns:
            An output that is there when nothing was wrong.

        Raises:
            RunError: inside the output, with all that was wrong or is missing.
        """
        return made.apply(lambda known: self._finish() if known is not None else None)

    def _finish(self) -> None:
        missing = [f"it would make no {each.kind} {each.name}: {each.reason}" for each in self._missing.values()]
        if faults := [*self._faults, *missing]:
            raise pulumi.RunError(self._text(faults))

    def _text(self, faults: Sequence[str]) -> str:
        key = f"{PROJECT_NAME}:{self._chart}Values"
        rows = [
            key,
            *(f"  problem: with these values of chart {self._chart}, {fault}" for fault in faults),
            "  allowed: values, and charts in traced-mesh:istioCharts, that leave it as the program needs it",
            f"  fix:     take what changes it out of {key}, or all of it: pulumi config rm {key}",
        ]
        return "\n".join(rows)
