"""A real node with the whole environment on it, and what tests ask of it and do to it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx

from demo.layout import Endpoint
from demo.node import Node
from local.paths import PROJECT
from local.pulumi_cli import Pulumi
from local.toolchain.toolchain import Toolchain
from tests.sandbox.environment.running import configured

#: Asks this machine, whatever HTTP_PROXY says.
http = httpx.Client(trust_env=False, timeout=20)


@dataclass(frozen=True)
class RunningNode:
    """A node with the environment of stack `demo` on it.

    Arguments:
        node: the node; `hold` and `release` end and start its programs, among them `jaeger` and `satellite`.
        toolchain: the programs.
        pulumi: `pulumi` for the stack; its environment has KUBECONFIG too.
    """

    node: Node
    toolchain: Toolchain
    pulumi: Pulumi

    def kubectl(self, *arguments: str, text: str = "") -> str:
        """Run `kubectl` and return what it prints; raises an error if it fails."""
        return self.node.kubectl(self.toolchain, *arguments, text=text)

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets shown."""
        ended = self.pulumi.capture("stack", "output", "--json", "--show-secrets")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def up(self) -> str:
        """Run `pulumi up` without questions and return what it prints; fail with that if it fails."""
        ended = self.pulumi.capture("up", "--yes", "--skip-preview")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def configured(self, **values: object) -> "RunningNode":
        """Return the same node with other configuration values, of which `None` removes one; `up` brings them up."""
        return replace(self, pulumi=configured(self.pulumi, self.node.folder, values))

    def verify(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the verification and return how it ended; its output is JSON.

        It asks the node's Jaeger, unless the stack's own backend can be asked without being named.
        """
        outside = ["--backend=jaeger", f"--backend-url={self.jaeger_url}"]
        backend = [] if "jaegerNamespace" in self.outputs() else outside
        return subprocess.run(
            [sys.executable, "-m", "verify", f"--stack={self.pulumi.stack_file.stack}", "--json", *backend, *arguments],
            cwd=PROJECT,
            env=self.pulumi.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    @property
    def jaeger_url(self) -> str:
        """Address of Jaeger's query API."""
        return self.node.url(Endpoint.JAEGER)

    @property
    def zipkin_url(self) -> str:
        """Address of Zipkin's API and page."""
        return self.node.url(Endpoint.ZIPKIN)

    def trace_in_jaeger(self, trace_id: str) -> list[dict[str, Any]]:
        """Return the spans of a trace that Jaeger has."""
        answer = http.get(f"{self.jaeger_url}/api/traces/{trace_id}")
        traces: list[dict[str, Any]] = answer.json().get("data") or []
        return [span for trace in traces for span in with_services(trace)]


def with_services(trace: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the spans of a trace in Jaeger's JSON, each with the name of its service and of its parent."""
    names = {key: process["serviceName"] for key, process in trace["processes"].items()}
    return [
        span
        | {
            "service": names[span["processID"]],
            "parent": next((each["spanID"] for each in span["references"]), None),
            "tags": {tag["key"]: tag["value"] for tag in span["tags"]},
        }
        for span in trace["spans"]
    ]


def eventually(question: Callable[[], Any], enough: Callable[[Any], bool], seconds: float) -> Any:
    """Ask until the answer is enough, at most `seconds`; return the last answer."""
    deadline = time.monotonic() + seconds
    while not enough(answer := question()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer
