"""One sandbox for all tests here: the environment is brought up once; a test that changes it puts it right again."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from local.ports import free_ports
from local.pulumi_cli import Pulumi
from local.stack_files import find_stack_file
from local.toolchain import toolchain
from local.toolchain.programs import Purpose
from sandbox.instance import Instance
from tests.sandbox.environment.running import Outcome, Running, identity


@dataclass(frozen=True)
class FirstUp:
    """The first `up`: its outcome, and the identities of all objects that the API server held before it."""

    outcome: Outcome
    before: frozenset[str]


@contextmanager
def new_sandbox(stack: str, name: str) -> Generator[Running]:
    """Yield a sandbox for a stack with nothing in it yet; it vanishes with the tests, however they end."""
    programs = toolchain.ensure((Purpose.UP, Purpose.TEST))
    instance = Instance(f"test-{os.getpid()}-{name}")
    stack_file = find_stack_file(stack).derive(instance.folder, free_ports(1)[0])
    try:
        instance.start(programs, stack_file.webhook_port, owner_pid=os.getpid())
        pulumi = Pulumi.in_sandbox(stack_file, instance, programs)
        pulumi.ensure_stack(instance.state)
        yield Running(instance, programs, pulumi)
    finally:
        instance.remove()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    """The sandbox that most tests share."""
    with new_sandbox("sandbox", "shared") as made:
        yield made


@pytest.fixture(scope="session")
def first_up(sandbox: Running) -> FirstUp:
    """The first `pulumi up` in the empty sandbox."""
    before = frozenset(identity(item) for item in sandbox.everything())
    return FirstUp(sandbox.up(), before)


@pytest.fixture(scope="session")
def preview_of_the_same(sandbox: Running, first_up: FirstUp) -> Outcome:
    """A preview of the environment as it is, which fails if anything would change, and shows all that it can."""
    assert first_up.outcome.exit_code == 0
    return sandbox.call("preview", "--expect-no-changes", "--diff", "--show-sames", "--show-config")


@pytest.fixture
def running(sandbox: Running, first_up: FirstUp) -> Running:
    """The sandbox with the whole environment in it."""
    assert first_up.outcome.exit_code == 0
    return sandbox
