"""Broken ways of spans on a real node: the verification names each, nothing else, and passes when all are fixed."""

import os
import signal
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pytest
import yaml

from components.constants.ports import OTLP_PORT
from demo.backend import configuration_file
from demo.layout import BACKEND_HOST, BACKEND_PORT
from tests.demo.node.broken import BreakableNode, Broken, assert_named_and_repaired, by_api, by_collector, on_node
from tests.demo.node.running_node import RunningNode
from tests.support.thorough import one_of_each_kind
from tests.verify.changes import OBSERVABILITY, changed, request, secret, template
from verify.causes import Cause

CONFIGURATION: Final = f"{OBSERVABILITY}/configmaps/otel-collector"
PRODUCTPAGE: Final = "/apis/apps/v1/namespaces/bookinfo/deployments/productpage-v1"

#: A port of the node on which nobody listens.
NOBODY: Final = BACKEND_PORT + 1

#: Runs productpage's own program without the line that forwards `traceparent`.
WITHOUT_TRACEPARENT: Final = """
import os, pathlib, shutil, sys
shutil.copytree(".", "/tmp/application")
os.chdir("/tmp/application")
program = pathlib.Path("productpage.py")
program.write_text(program.read_text().replace("'traceparent',", ""))
os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *sys.argv[1:]])
"""


def backend_at(port: int) -> Any:
    """Let the Collector send to another port of the backend's host."""

    @contextmanager
    def change(api: Any) -> Generator[None]:
        text: str = request(api, "GET", CONFIGURATION)["data"]["config.yaml"]
        other = text.replace(f"{BACKEND_HOST}:{BACKEND_PORT}", f"{BACKEND_HOST}:{port}")
        assert other != text
        with changed(CONFIGURATION, {"data": {"config.yaml": other}})(api):
            yield

    return change


@contextmanager
def backend_down(running: RunningNode) -> Generator[None]:
    """End the backend."""
    running.node.hold("satellite")
    try:
        yield
    finally:
        running.node.release("satellite")


@contextmanager
def backend_without_tls(running: RunningNode) -> Generator[None]:
    """Let the backend's port speak plain text."""
    file = configuration_file(running.node.layout, "satellite")
    before = file.read_text()
    document = yaml.safe_load(before)
    del document["receivers"]["otlp"]["protocols"]["grpc"]["tls"]
    try:
        with backend_down(running):
            file.write_text(yaml.safe_dump(document))
        yield
    finally:
        with backend_down(running):
            file.write_text(before)


@contextmanager
def backend_slow(running: RunningNode) -> Generator[None]:
    """Let the backend answer nobody for a while: it is stopped, and goes on afterwards."""
    pids = running.node.processes_of("satellite")
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def spans_dropped_before_collector(node: BreakableNode) -> Generator[None]:
    """Drop the packets in which sidecars send spans, as a network does that enforces a policy without them."""
    rule = ["FORWARD", "--protocol", "tcp", "--dport", str(OTLP_PORT), "--jump", "DROP"]
    iptables = [*node.running.node.enter, "iptables", "--wait"]
    subprocess.run([*iptables, "--insert", *rule], check=True, timeout=20)
    try:
        yield
    finally:
        subprocess.run([*iptables, "--delete", *rule], check=True, timeout=20)
        node.renew_collector()


COMMAND: Final = {
    "name": "productpage",
    "command": ["python3", "-c", WITHOUT_TRACEPARENT],
    "args": ["-b", "[::]:9080", "productpage:app", "-w", "2", "-k", "gevent"],
}


@contextmanager
def headers_dropped(node: BreakableNode) -> Generator[None]:
    """Let productpage forget the header in which its sidecar hands it the trace."""
    (container,) = request(node.api, "GET", PRODUCTPAGE)["spec"]["template"]["spec"]["containers"]
    before, after = {"spec": {"containers": [container]}}, {"spec": {"containers": [container | COMMAND]}}
    with by_api(template(PRODUCTPAGE, after, before))(node):
        yield


BROKEN: Final[Mapping[str, Broken]] = {
    "backend down": Broken(on_node(backend_down), "collector", Cause.BACKEND_REFUSES_CONNECTIONS),
    "backend slow": Broken(on_node(backend_slow), "collector", Cause.BACKEND_TOO_SLOW),
    "wrong token": Broken(
        by_collector(
            secret(
                "otel-collector-credentials",
                "credentials.yaml",
                '{"exporters": {"otlp_grpc": {"headers": {"authorization": "another"}}}}',
            )
        ),
        "access-token",
        Cause.TOKEN_REFUSED,
    ),
    "wrong port": Broken(by_collector(backend_at(NOBODY)), "collector", Cause.BACKEND_REFUSES_CONNECTIONS),
    "plain-text port": Broken(
        on_node(backend_without_tls, Cause.BACKEND_SPEAKS_PLAIN_TEXT),
        "ca-certificate",
        Cause.BACKEND_SPEAKS_PLAIN_TEXT,
    ),
    "packets to the Collector dropped": Broken(spans_dropped_before_collector, "spans", Cause.COLLECTOR_NOT_REACHED),
    "application that drops headers": Broken(headers_dropped, "spans", Cause.HEADERS_NOT_FORWARDED),
}


@pytest.mark.parametrize("broken", one_of_each_kind(BROKEN, lambda case: case.stage))
def test_a_broken_way_is_named_and_nothing_else(breakable: BreakableNode, broken: str) -> None:
    assert_named_and_repaired(breakable, BROKEN[broken])


def test_the_verification_passes_again_when_all_is_mended(demo: RunningNode) -> None:
    ended = demo.verify("--rate=30")

    assert ended.returncode == 0, ended.stdout + ended.stderr
