"""Who makes the objects: this program, and the peers with the same objects and the same waits, as lists of commands.

Each peer's commands are what a person or a pipeline would run again after any change: all of them, since neither knows
what has changed. Each kind of command appears once for as many objects as it can take.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from bench.cost import Step
from bench.objects import Object, Objects, Wait, waits
from components.constants.names import ISTIO_NAMESPACE
from components.mesh.chart_values import merged
from local.pulumi_cli import Pulumi
from local.stack_files import StackFile

#: Longest that anything may take to become ready; Pulumi's provider gives up after 10 min, too.
_PATIENCE: Final = "10m"

#: Without this value Istio's charts make Pods that the restricted Pod Security Standard of their namespace refuses. The
#: program sets it too, by a transform that serves older charts as well (`components/mesh/chart_transforms.py`).
_SECCOMP: Final[Mapping[str, Any]] = {"pilot": {"seccompProfile": {"type": "RuntimeDefault"}}}


@dataclass(frozen=True)
class Wanted:
    """What a contender is to bring about.

    Arguments:
        file: the stack's configuration, from which the program makes the objects.
        objects: the same objects, finished.
        base_values: values of Istio's base chart, as the program has them.
        istiod_values: those of the istiod chart.
    """

    file: StackFile
    objects: Objects
    base_values: Mapping[str, Any]
    istiod_values: Mapping[str, Any]


class Contender(Protocol):
    """One way to make the objects."""

    @property
    def name(self) -> str:
        """What it is called on the page."""
        ...

    def up(self, wanted: Wanted) -> Sequence[Step]:
        """Return the commands that bring about what is wanted, whatever is there already."""
        ...

    def preview(self, wanted: Wanted) -> Sequence[Step]:
        """Return the commands that show how the cluster differs from what is wanted."""
        ...

    def destroy(self, wanted: Wanted) -> Sequence[Step]:
        """Return the commands that remove it all."""
        ...


@dataclass(frozen=True)
class Program:
    """The program of this repository, run by Pulumi as `make up` runs it, policy pack and state included.

    Arguments:
        pulumi: the command, for whichever configuration.
    """

    pulumi: Pulumi
    name: str = "traced-mesh"

    def up(self, wanted: Wanted) -> Sequence[Step]:
        """Return `pulumi up`."""
        return self.up_from(wanted.file)

    def up_from(self, file: StackFile) -> Sequence[Step]:
        """Return `pulumi up` with a configuration whose finished objects nobody knows yet."""
        return [self._step(file, "up", "--yes", "--skip-preview")]

    def preview(self, wanted: Wanted) -> Sequence[Step]:
        """Return `pulumi preview`."""
        return [self._step(wanted.file, "preview")]

    def destroy(self, wanted: Wanted) -> Sequence[Step]:
        """Return `pulumi destroy`."""
        return [self._step(wanted.file, "destroy", "--yes", "--skip-preview")]

    def _step(self, file: StackFile, verb: str, *arguments: str) -> Step:
        pulumi = Pulumi(self.pulumi.executable, file, self.pulumi.environment)
        return Step(pulumi.command_line(verb, "--non-interactive", *arguments))


@dataclass(frozen=True)
class Kubectl:
    """`kubectl apply --server-side` of the finished objects: the least that any way can cost.

    Arguments:
        folder: where files are written.
    """

    folder: Path
    name: str = "kubectl apply --server-side"

    def up(self, wanted: Wanted) -> Sequence[Step]:
        """Return the commands for the foundation, its waits, and the rest with its own."""
        objects = wanted.objects
        foundation = self._listed("foundation", objects.foundation)
        return [
            *_applied(foundation),
            *self._rolled_out("istiod", objects.foundation),
            *_awaited(objects.answers),
            *self.rest(objects),
        ]

    def preview(self, wanted: Wanted) -> Sequence[Step]:
        """Return one `kubectl diff`."""
        return _differing(self._listed("all", [*wanted.objects.foundation, *wanted.objects.rest]))

    def destroy(self, wanted: Wanted) -> Sequence[Step]:
        """Return one `kubectl delete`, which waits until all is gone."""
        return _deleted(self._listed("removed", wanted.objects.removed))

    def rest(self, objects: Objects) -> Sequence[Step]:
        """Return the commands for what comes when the control plane answers."""
        file = self._listed("rest", objects.rest)
        return [*_applied(file), *self._rolled_out("workloads", objects.rest), *_awaited(waits(objects.rest))]

    def namespaces(self, objects: Objects) -> Sequence[Step]:
        """Return the command for the namespaces alone."""
        return _applied(self._listed("namespaces", objects.of("Namespace")))

    def without_charts(self, objects: Objects) -> Path:
        """Return a file with what is not of Istio's charts."""
        return self._listed("without-charts", [*objects.of("Namespace"), *objects.rest])

    def removed_around_charts(self, objects: Objects) -> tuple[Path, Path]:
        """Return files with what is removed before Istio's charts, and after them: the namespaces."""
        ours = [each for each in objects.removed if each in objects.rest]
        namespaces = [each for each in objects.removed if each["kind"] == "Namespace"]
        return self._listed("removed-first", ours), self._listed("removed-last", namespaces)

    def _rolled_out(self, name: str, objects: Iterable[Object]) -> Sequence[Step]:
        """Return the command that waits for the rollouts of all Deployments."""
        file = self._listed(name, [each for each in objects if each["kind"] == "Deployment"])
        return [Step(["kubectl", "rollout", "status", "--timeout", _PATIENCE, "--filename", str(file)])]

    def _listed(self, name: str, objects: Iterable[Object]) -> Path:
        return self.written(name, {"apiVersion": "v1", "kind": "List", "items": list(objects)})

    def written(self, name: str, document: Mapping[str, Any]) -> Path:
        """Write a document into a file; as JSON, so that no processor time goes into reading YAML."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return file


@dataclass(frozen=True)
class Helm:
    """The guides' way: helm for Istio's charts, kubectl for the rest.

    Arguments:
        charts: the folder with the charts.
        kubectl: makes what is not of the charts; files are written to its folder.
    """

    charts: Path
    kubectl: Kubectl
    name: str = "helm + kubectl"

    def up(self, wanted: Wanted) -> Sequence[Step]:
        """Return the namespaces' command, a `helm upgrade --install` for each chart, the waits, and the rest."""
        return [
            *self.kubectl.namespaces(wanted.objects),
            *(
                Step([*self._helm("upgrade", release, chart, values), "--install", "--wait", "--timeout", _PATIENCE])
                for release, chart, values in self._releases(wanted)
            ),
            *_awaited(wanted.objects.answers),
            *self.kubectl.rest(wanted.objects),
        ]

    def preview(self, wanted: Wanted) -> Sequence[Step]:
        """Return `helm template` for each chart, as helm shows no difference, and `kubectl diff` of all."""
        releases = self._releases(wanted)
        rendered = {release: self.kubectl.folder / f"{release}.yaml" for release, _, _ in releases}
        return [
            *(
                Step([*self._helm("template", *each), "--include-crds"], output=str(rendered[each[0]]))
                for each in releases
            ),
            *_differing(self.kubectl.without_charts(wanted.objects), *rendered.values()),
        ]

    def destroy(self, wanted: Wanted) -> Sequence[Step]:
        """Return `kubectl delete`, `helm uninstall`, and `kubectl delete` of the namespaces."""
        first, last = self.kubectl.removed_around_charts(wanted.objects)
        releases = [release for release, _, _ in reversed(self._releases(wanted))]
        uninstalled = Step(["helm", "uninstall", "--namespace", ISTIO_NAMESPACE, "--wait", *releases])
        return [*_deleted(first), uninstalled, *_deleted(last)]

    def _releases(self, wanted: Wanted) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        return [
            ("istio-base", "base", wanted.base_values),
            ("istiod", "istiod", merged(_SECCOMP, wanted.istiod_values)),
        ]

    def _helm(self, verb: str, release: str, chart: str, values: Mapping[str, Any]) -> list[str]:
        where = ["--namespace", ISTIO_NAMESPACE, "--values", str(self.kubectl.written(release, values))]
        return ["helm", verb, release, str(self.charts / chart), *where]


@dataclass(frozen=True)
class Istioctl:
    """istioctl for Istio, from the charts that are built into it, and kubectl for the rest.

    Arguments:
        program: istioctl of the stack's release.
        kubectl: makes what is not Istio's own; files are written to its folder.
    """

    program: Path
    kubectl: Kubectl
    name: str = "istioctl + kubectl"

    def up(self, wanted: Wanted) -> Sequence[Step]:
        """Return the namespaces' command, `istioctl install`, the waits, and the rest."""
        install = ["install", "--skip-confirmation", "--readiness-timeout", _PATIENCE, "--filename"]
        return [
            *self.kubectl.namespaces(wanted.objects),
            Step([str(self.program), *install, str(self._operator(wanted))]),
            *_awaited(wanted.objects.answers),
            *self.kubectl.rest(wanted.objects),
        ]

    def preview(self, wanted: Wanted) -> Sequence[Step]:
        """Return `istioctl manifest generate` and `kubectl diff` of all."""
        rendered = self.kubectl.folder / "rendered.yaml"
        generate = [str(self.program), "manifest", "generate", "--filename", str(self._operator(wanted))]
        return [
            Step(generate, output=str(rendered)),
            *_differing(self.kubectl.without_charts(wanted.objects), rendered),
        ]

    def destroy(self, wanted: Wanted) -> Sequence[Step]:
        """Return `kubectl delete`, `istioctl uninstall`, and `kubectl delete` of the namespaces."""
        first, last = self.kubectl.removed_around_charts(wanted.objects)
        uninstall = [str(self.program), "uninstall", "--purge", "--skip-confirmation"]
        return [*_deleted(first), Step(uninstall), *_deleted(last)]

    def _operator(self, wanted: Wanted) -> Path:
        """Write what istioctl is to install: a control plane alone, with the values of both charts."""
        values = merged(merged(_SECCOMP, wanted.base_values), wanted.istiod_values)
        spec = {"profile": "minimal", "values": values}
        operator = {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec}
        return self.kubectl.written("operator", operator)


def _applied(file: Path) -> Sequence[Step]:
    """Return the command that applies a file: by force, since istiod changes fields of its own webhooks."""
    return [Step(["kubectl", "apply", "--server-side", "--force-conflicts", "--filename", str(file)])]


def _differing(*places: Path) -> Sequence[Step]:
    files = [word for place in places for word in ("--filename", str(place))]
    return [Step(["kubectl", "diff", "--server-side", "--force-conflicts", *files], accepted=(0, 1))]


def _deleted(file: Path) -> Sequence[Step]:
    return [Step(["kubectl", "delete", "--ignore-not-found", "--timeout", _PATIENCE, "--filename", str(file)])]


def _awaited(conditions: Iterable[Wait]) -> Sequence[Step]:
    return [
        Step(
            [
                *("kubectl", "wait", "--for", each.condition, "--timeout", _PATIENCE),
                *(("--namespace", each.namespace) if each.namespace else ()),
                f"{each.kind}/{each.name}",
            ]
        )
        for each in conditions
    ]
