"""The sandbox in which all contenders work in turn: its own one, gone when the measuring ends, however it ends."""

import json
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil
import yaml

from bench.contenders import Wanted
from bench.cost import Cost, Step
from bench.meter import measured
from bench.objects import Objects
from components.configuration.reading import parse_settings
from components.constants.names import PROJECT_NAME
from components.environment.args import base_chart_values, istiod_chart_values, tracing_plan
from local.errors import SandboxError
from local.locks import exclusive
from local.paths import PROJECT, TOOLCHAIN
from local.ports import free_ports
from local.processes import answer_of, command_line
from local.pulumi_cli import Pulumi
from local.stack_files import StackFile, find_stack_file
from local.toolchain.toolchain import Toolchain
from sandbox.instance import Instance

#: What lies outside of namespaces or is one, and so is looked for after each contender.
_KINDS: Final = (
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
    "namespaces",
    "customresourcedefinitions",
    "clusterroles",
    "clusterrolebindings",
)


@dataclass(frozen=True)
class Arena:
    """A running sandbox, empty but for what a contender is making.

    Arguments:
        instance: the sandbox.
        toolchain: the programs.
        pulumi: the command for the stack.
        initial: what the empty control plane holds: kind/name.
    """

    instance: Instance
    toolchain: Toolchain
    pulumi: Pulumi
    initial: frozenset[str]

    @property
    def log(self) -> Path:
        """The file with what the measured commands print."""
        return self.instance.folder / "logs" / "bench.log"

    def measure(self, steps: Sequence[Step]) -> Cost:
        """Run commands in the sandbox and return what they have used, the sandbox's own servers apart."""
        before = self._servers()
        cost = measured(steps, self.pulumi.environment, self.log)
        return replace(cost, servers=max(0.0, self._servers() - before))

    def configured(self, name: str, changes: Mapping[str, Any]) -> StackFile:
        """Write the stack's configuration with some keys changed, and return it.

        Arguments:
            name: of the folder for the file.
            changes: key, without the namespace -> value.
        """
        document = yaml.safe_load(self.pulumi.stack_file.path.read_text(encoding="utf-8"))
        document["config"] |= {f"{PROJECT_NAME}:{key}": value for key, value in changes.items()}
        folder = self.instance.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.pulumi.stack_file.path.name
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return StackFile(self.pulumi.stack_file.stack, path)

    def made(self, file: StackFile) -> Wanted:
        """Return what the stack holds now, which its program has made of the configuration `file`."""
        pulumi = Pulumi(self.pulumi.executable, file, self.pulumi.environment)
        environment = self.pulumi.environment
        exported = json.loads(_output(pulumi.command_line("stack", "export", "--show-secrets"), environment))
        config = json.loads(_output(pulumi.command_line("config", "--show-secrets", "--json"), environment))
        prefix = f"{PROJECT_NAME}:"
        settings = parse_settings(
            {key.removeprefix(prefix): each["value"] for key, each in config.items() if key.startswith(prefix)},
            stack=file.stack,
            root=PROJECT,
            now=datetime.now(UTC),
            secret_keys={key.removeprefix(prefix) for key, each in config.items() if each["secret"]},
        )
        plan = tracing_plan(settings)
        return Wanted(
            file,
            Objects.of_deployment(exported),
            base_chart_values(settings),
            istiod_chart_values(settings, plan, settings.revisions.main),
        )

    def clear(self) -> None:
        """Remove what a contender has left, the objects that are kept on purpose too; returns when all is gone."""
        left = sorted(_everything(self.pulumi.environment) - self.initial, key=_removal)
        if left:
            self._kubectl("delete", "--ignore-not-found", *left)

    def apply(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Make objects that nobody is measured by."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self._kubectl("apply", "--server-side", "--filename", "-", text=text)

    def _kubectl(self, *arguments: str, text: str = "") -> None:
        _output(["kubectl", *arguments], self.pulumi.environment, text)

    def _servers(self) -> float:
        """Return the processor time that the sandbox's servers have had so far, in seconds."""
        total = 0.0
        for process in psutil.process_iter():
            if str(self.instance.folder) in command_line(process.pid):
                try:
                    times = process.cpu_times()
                except psutil.Error:  # it has just ended
                    continue
                total += times.user + times.system
        return total


@contextmanager
def arena(stack: str, toolchain: Toolchain) -> Generator[Arena]:
    """Yield a new, empty sandbox; nothing is left of it afterwards. A second run waits until this one is done.

    Arguments:
        stack: name of the stack, one that lives in a sandbox.
        toolchain: the programs.
    """
    with exclusive(TOOLCHAIN / "bench.lock", "is measuring"):
        instance = Instance(f"bench-{os.getpid()}")
        try:
            file = find_stack_file(stack).derive(instance.folder, free_ports(1)[0])
            instance.start(toolchain, file.webhook_port, owner_pid=os.getpid())
            environment = {**instance.whole_env(toolchain), **_caches(instance.folder / "caches")}
            pulumi = Pulumi(toolchain.program("pulumi"), file, environment)
            pulumi.ensure_stack(instance.state)
            yield Arena(instance, toolchain, pulumi, frozenset(_everything(environment)))
        finally:
            instance.remove()


def _caches(folder: Path) -> Mapping[str, str]:
    """Return the variables that make kubectl and helm keep what they note in a folder, and not in the user's home."""
    names = ("KUBECACHEDIR", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")
    return {name: str(folder / name.lower()) for name in names}


def _everything(environment: Mapping[str, str]) -> set[str]:
    """Return kind/name of all that lies outside of namespaces, and of these."""
    names = _output(["kubectl", "get", ",".join(_KINDS), "--output", "name"], environment)
    return set(names.split())


def _removal(name: str) -> int:
    """Return when something is removed: webhooks first, which would be asked about the rest."""
    return 0 if "webhook" in name else 1


def _output(command: Sequence[str], environment: Mapping[str, str], text: str = "") -> str:
    answer = answer_of(command, environment, PROJECT, text)
    if answer.returncode != 0:
        raise SandboxError(f"This failed: {' '.join(command)}\n{answer.stderr.strip()}")
    return answer.stdout
