"""Those without a backend, on a real node: Jaeger in the cluster gets every span, and nobody else gets to it."""

import shlex
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from local.ports import free_ports, wait_until_listening
from tests.demo.node.running_node import RunningNode, http
from tests.demo.node.test_traces import ask_for_page

#: What stack `demo` says of its backend outside the cluster, whose removal leaves the default.
_OF_THE_BACKEND: Final = ("backend", "backendAddress", "backendCaFile", "accessTokenHeader", "accessToken")

#: Asks an address from a Pod of Bookinfo's, and says how that ended.
_ASK: Final = """
import sys, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=5).status)
except Exception as error:
    print(getattr(error, "code", "no answer"))
"""


@pytest.fixture(scope="module")
def in_cluster(demo: RunningNode) -> Iterator[RunningNode]:
    """The node with a stack that names no backend; in the end with its own again."""
    try:
        made = demo.configured(**dict.fromkeys(_OF_THE_BACKEND))
        made.up()
        yield made
    finally:
        demo.up()


def answer(node: RunningNode, url: str) -> str:
    """Return how a Pod of Bookinfo's is answered."""
    ask = ["python3", "-c", _ASK, url]
    return node.kubectl("exec", "--namespace=bookinfo", "deploy/productpage-v1", "-c=productpage", "--", *ask).strip()


def test_traces_are_complete_without_a_setting_or_an_argument(in_cluster: RunningNode) -> None:
    ended = in_cluster.verify()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Jaeger at http://jaeger.observability" in ended.stdout


def test_the_command_in_the_outputs_opens_the_way_to_the_page(in_cluster: RunningNode) -> None:
    trace_id, (port,) = ask_for_page(in_cluster), free_ports(1)
    program, *words, to = shlex.split(in_cluster.outputs()["tracesCommand"])
    command = [str(in_cluster.toolchain.program(program)), *words, f"{port}:{to}"]  # 16686 may be taken here
    forward = subprocess.Popen(command, env=in_cluster.pulumi.environment, stdout=subprocess.DEVNULL)
    try:
        assert wait_until_listening(port, 20)
        page = http.get(f"http://127.0.0.1:{port}/trace/{trace_id}")
    finally:
        forward.terminate()
        forward.wait()

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


def test_no_other_pod_gets_to_the_page_or_sends_spans(in_cluster: RunningNode) -> None:
    where = "--output=jsonpath={.items[0].status.podIP}"
    address = in_cluster.kubectl(
        "get", "pods", "--namespace=observability", "--selector", "app.kubernetes.io/name=jaeger", where
    )

    assert answer(in_cluster, f"http://{address}:16686/") != "200"
    assert answer(in_cluster, "http://jaeger.observability:4317/") == "403"


def test_a_second_up_changes_nothing_there_either(in_cluster: RunningNode) -> None:
    printed = in_cluster.up()

    assert "unchanged" in printed
    assert not any(word in printed for word in (" created", " updated", " replaced", " deleted"))
