"""One real node for all tests here: it is brought up once; a test that changes something puts it right again."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from demo.demo import Demo
from demo.node import Node
from local.pulumi_cli import Pulumi
from local.stack_files import find_stack_file
from local.toolchain.toolchain import Toolchain
from tests.demo.node.broken import BreakableNode
from tests.demo.node.running_node import RunningNode
from tests.sandbox.environment.running import config


@contextmanager
def new_demo(name: str) -> Generator[Demo]:
    """Yield a demo whose node does not run yet; it vanishes with the tests, however they end."""
    node = Node(f"test-{os.getpid()}-{name}")
    demo = Demo(node, find_stack_file("demo").copy_for(node.folder), owner_pid=os.getpid())
    try:
        yield demo
    finally:
        node.remove()


@pytest.fixture(scope="session")
def demo() -> Iterator[RunningNode]:
    """A real node with the whole environment of stack `demo` on it, Bookinfo answering."""
    with new_demo("shared") as made:
        toolchain = made.build()
        printed: list[str] = []
        exit_code = made.bring_up(toolchain, lambda pulumi: _up(pulumi, printed))
        assert exit_code == 0, "".join(printed)
        yield RunningNode(made.node, toolchain, made.pulumi(toolchain))


@pytest.fixture(scope="session")
def breakable(demo: RunningNode) -> BreakableNode:
    """The same node, for tests that break it and fix it again."""
    return BreakableNode(demo, demo.outputs(), config.new_client_from_config(str(demo.node.kubeconfig)))


@pytest.fixture(scope="session")
def programs() -> Toolchain:
    """Everything that a node is built of, without a node."""
    with new_demo("build") as made:
        return made.build()


def _up(pulumi: Pulumi, printed: list[str]) -> int:
    ended = pulumi.capture("up", "--yes", "--skip-preview")
    printed.append(ended.stdout + ended.stderr)
    return ended.returncode
