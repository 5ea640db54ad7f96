"""The life of a GKE stack from the first `up` to `destroy`, and what was seen after each run of Pulumi."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Timer
from typing import Any, Final

from local.paths import PROJECT
from tests.gcp.cloud_sandbox import CloudSandbox
from tests.gcp.double.cloud import Cloud, Fault
from tests.gcp.double.kinds import CLUSTER
from tests.gcp.engine_log import Step, read_steps
from tests.sandbox.environment.running import Outcome, Running, client

_EVENTS: Final = "events.json"

#: Longest that a run that is interrupted may take, in seconds; 5 are usual.
_PATIENCE: Final = 300


@dataclass(frozen=True)
class Seen:
    """What was seen after one run of Pulumi.

    Arguments:
        outcome: how it ended.
        steps: what the engine did.
        cloud: what there was in the fake cloud.
        operations: all that was ever done to it.
        calls: every call of Google's APIs that this took, with its answer.
        pending: operations of which the state does not know how they ended.
        objects: what the API server holds: `<kind> <namespace>/<name>` of each Namespace and Deployment -> its UID.
    """

    outcome: Outcome
    steps: tuple[Step, ...]
    cloud: Cloud
    operations: list[dict[str, str]]
    calls: list[dict[str, Any]]
    pending: list[Any]
    objects: Mapping[str, str]

    @property
    def changed(self) -> set[tuple[str, str]]:
        """The operation and the name of all that was not left as it is, without components."""
        components = {each.name for each in self.steps if each.type.startswith("traced-mesh:")}
        return {each for each in self.outcome.changed if each[1] not in components}

    def types(self) -> list[str]:
        """Return the types of what is in the fake cloud, sorted."""
        return sorted(each["type"] for each in self.cloud.resources.values())


@dataclass(frozen=True)
class Life:
    """One stack in a sandbox of its own with the double.

    Arguments:
        cloud_sandbox: the sandbox and the double.
        running: the stack in it.
    """

    cloud_sandbox: CloudSandbox
    running: Running

    def run(self, verb: str, *arguments: str, **configured: object) -> Seen:
        """Run `pulumi <verb>` and look around.

        Arguments:
            verb: for example `up`.
            arguments: its further arguments.
            configured: configuration values that differ from now on.
        """
        running = self.running.configured(**configured) if configured else self.running
        return self._seen(running.call(verb, *arguments))

    def up(self, **configured: object) -> Seen:
        """Run `pulumi up`."""
        return self.run("up", "--yes", "--skip-preview", **configured)

    def preview(self, **configured: object) -> Seen:
        """Run a preview that fails if there is anything to change."""
        return self.run("preview", "--expect-no-changes", **configured)

    def destroy(self) -> Seen:
        """Run `pulumi destroy`."""
        return self.run("destroy", "--yes", "--skip-preview")

    def up_with(self, type_: str, fault: Fault) -> Seen:
        """Run `pulumi up` while the creation of resources of a type goes wrong."""
        self.cloud_sandbox.cloud.inject({type_: fault})
        try:
            return self.up()
        finally:
            self.cloud_sandbox.cloud.inject({})

    def interrupted_up(self) -> Seen:
        """Run `pulumi up`, press Ctrl-C while the cluster is being created, and let that creation end."""
        cluster = "gcp:container:Cluster cluster-cluster"
        cloud, pulumi = self.cloud_sandbox.cloud, self.running.pulumi
        cloud.inject({CLUSTER: Fault.SLOW})
        log = self.running.instance.folder / _EVENTS
        log.unlink(missing_ok=True)
        command = [str(pulumi.executable), "up", "--yes", "--skip-preview", "--non-interactive"]
        command += ["--stack", pulumi.stack_file.stack, "--config-file", str(pulumi.stack_file.path)]
        process = subprocess.Popen(
            [*command, "--event-log", str(log)],
            cwd=PROJECT,
            env={**pulumi.environment, "PULUMI_DEBUG_COMMANDS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.instance.pulumi_pid_file.write(process.pid)
        limit = Timer(_PATIENCE, process.kill)
        limit.start()
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if f"{cluster} creating" in line:
                os.killpg(process.pid, signal.SIGINT)
            if "cancelling" in line:
                cloud.release.touch()
        exit_code = process.wait()
        limit.cancel()
        cloud.inject({})
        steps = read_steps(log)
        events = tuple((each.operation, each.type, each.name) for each in steps if each.ended is not None)
        return self._seen(Outcome(exit_code, "".join(said), events))

    def _seen(self, outcome: Outcome) -> Seen:
        instance = self.running.instance
        (file,) = (instance.state / ".pulumi" / "stacks").glob(f"*/{self.running.pulumi.stack_file.stack}.json")
        latest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
        log = instance.folder / _EVENTS
        return Seen(
            outcome,
            read_steps(log) if log.exists() else (),
            self.cloud_sandbox.cloud,
            self.cloud_sandbox.cloud.operations(),
            self.cloud_sandbox.cloud.calls(),
            latest.get("pending_operations") or [],
            _objects(self.running.api()),
        )


def _objects(api: Any) -> dict[str, str]:
    found = {
        "Namespace": client.CoreV1Api(api).list_namespace().items,
        "Deployment": client.AppsV1Api(api).list_deployment_for_all_namespaces().items,
    }
    return {
        f"{kind} {item.metadata.namespace or ''}/{item.metadata.name}": item.metadata.uid
        for kind, items in found.items()
        for item in items
    }
