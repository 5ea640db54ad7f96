"""An environment that runs in a sandbox of the tests, and what tests ask of it."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import yaml

from local.processes import command_line
from local.pulumi_cli import Pulumi
from local.stack_files import StackFile
from local.toolchain.toolchain import Toolchain
from sandbox.instance import Instance

#: The Kubernetes client, which carries no types.
client: Final[Any] = import_module("kubernetes.client")
config: Final[Any] = import_module("kubernetes.config")

#: The access token in stacks/Pulumi.sandbox.yaml, as it was before it was encrypted.
TOKEN = "example-token-of-the-sandbox"


@dataclass(frozen=True)
class Outcome:
    """How a `pulumi` command ended.

    Arguments:
        exit_code: its exit code.
        text: everything that it printed.
        events: its steps, as `(operation, resource type, resource name)`.
    """

    exit_code: int
    text: str
    events: tuple[tuple[str, str, str], ...] = ()

    @property
    def changed(self) -> list[tuple[str, str]]:
        """The operation and the name of every resource that was not left as it is."""
        return [(operation, name) for operation, _, name in self.events if operation not in {"same", "refresh", "read"}]


@dataclass(frozen=True)
class Running:
    """A sandbox with the environment in it.

    Arguments:
        instance: the sandbox.
        toolchain: the programs.
        pulumi: the `pulumi` command for its stack.
    """

    instance: Instance
    toolchain: Toolchain
    pulumi: Pulumi

    def call(self, verb: str, *arguments: str) -> Outcome:
        """Run `pulumi <verb>` and read its steps from the engine's event log."""
        log = self.instance.folder / "events.json"
        log.unlink(missing_ok=True)
        environment = {**self.pulumi.environment, "PULUMI_DEBUG_COMMANDS": "1"}
        ended = replace(self.pulumi, environment=environment).capture(verb, "--event-log", str(log), *arguments)
        return Outcome(ended.returncode, ended.stdout + ended.stderr, tuple(_steps(log)))

    def up(self, *arguments: str) -> Outcome:
        """Run `pulumi up` without questions; fail with its output if it fails."""
        outcome = self.call("up", "--yes", "--skip-preview", *arguments)
        assert outcome.exit_code == 0, outcome.text
        return outcome

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets shown."""
        ended = self.pulumi.capture("stack", "output", "--json", "--show-secrets")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def configured(self, **values: object) -> "Running":
        """Return the same environment with other configuration values; the running one changes only with `up`.

        `None` removes a value.
        """
        return replace(self, pulumi=configured(self.pulumi, self.instance.folder, values))

    def run(self, program: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run another program of the toolchain against the sandbox's API server."""
        return subprocess.run(
            [str(program), *arguments],
            env=self.pulumi.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def api(self) -> Any:
        """Return a Kubernetes client for the sandbox."""
        return config.new_client_from_config(str(self.instance.kubeconfig))

    def everything(self) -> Iterator[dict[str, Any]]:
        """Yield every object in the API server, of every kind that can be listed."""
        api = self.api()
        for path in _collections(api):
            for item in _get(api, path).get("items", []):
                yield item | {"collection": path}

    def istiod_port(self, option: str) -> int:
        """Return the port that istiod was given with a command line option, for example `grpcAddr`."""
        pid = self.instance.istiod_pid_file.running()
        assert pid is not None, "istiod does not run"
        words = command_line(pid).split()
        address = next(word for word in words if word.startswith(f"--{option}="))
        return int(address.rsplit(":", 1)[1])


def configured(pulumi: Pulumi, folder: Path, values: Mapping[str, object]) -> Pulumi:
    """Return `pulumi` for the same stack with other configuration values, of which `None` removes one.

    Arguments:
        pulumi: the command for the stack.
        folder: folder of its environment, where the other stack file is written.
        values: key, without the namespace -> value.
    """
    document = yaml.safe_load(pulumi.stack_file.path.read_text())
    given = document["config"] | {f"traced-mesh:{key}": value for key, value in values.items()}
    document["config"] = {key: value for key, value in given.items() if value is not None}
    path = folder / "other" / pulumi.stack_file.path.name
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document))
    return replace(pulumi, stack_file=StackFile(pulumi.stack_file.stack, path))


def identity(item: dict[str, Any]) -> str:
    """Return what names an object from `Running.everything`: collection, namespace and name."""
    metadata = item["metadata"]
    return f"{item['collection']} {metadata.get('namespace', '')}/{metadata['name']}"


def _get(api: Any, path: str) -> dict[str, Any]:
    headers = {"Accept": "application/json"}
    answer = api.call_api(
        *api.param_serialize("GET", path, header_params=headers, auth_settings=["BearerToken"]), _request_timeout=30
    )
    if (
        answer.status == HTTPStatus.NOT_FOUND
    ):  # a group whose last definition is being deleted is listed a moment longer
        return {"resources": []}
    return json.loads(answer.read())


def _collections(api: Any) -> Iterator[str]:
    versions = [("/api/v1", _get(api, "/api/v1"))]
    for group in _get(api, "/apis")["groups"]:
        path = f"/apis/{group['preferredVersion']['groupVersion']}"
        versions.append((path, _get(api, path)))
    for path, listing in versions:
        for resource in listing["resources"]:
            if "/" not in resource["name"] and "list" in resource["verbs"]:
                yield f"{path}/{resource['name']}"


def _steps(log: Path) -> Iterator[tuple[str, str, str]]:
    for line in log.read_text().splitlines() if log.exists() else []:
        event = json.loads(line)
        if "resOutputsEvent" in event:
            metadata = event["resOutputsEvent"]["metadata"]
            yield metadata["op"], metadata["type"], metadata["urn"].split("::")[-1]
