"""What `make demo` and the other commands do on a stack whose sandbox is a real node."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from demo.images.library import ensure_library, give
from demo.images.recipes import IMAGES, RELEASE
from demo.layout import Endpoint
from demo.node import Node
from demo.requirements import ensure_requirements
from demo.zipkin import ensure_zipkin
from local.console import Phases, duration, say
from local.errors import Interrupted, SandboxError
from local.paths import shown
from local.ports import DIRECT
from local.pulumi_cli import Pulumi
from local.stack_files import StackFile
from local.toolchain import toolchain as toolchain_module
from local.toolchain.programs import Purpose
from local.toolchain.toolchain import Toolchain
from local.waiting import holds_within

#: Seconds that the node may take until it is Ready; 10 are usual.
_NODE_PATIENCE: Final = 90.0

#: Seconds that Bookinfo may take until its page is whole, after its Deployments are available; Liberty takes 5 to 7.
_PAGE_PATIENCE: Final = 120.0

#: What a whole page holds: the text of reviews; without it productpage says that they are unavailable.
_WHOLE: Final = b"An extremely entertaining play by Shakespeare"


class Demo:
    """One stack on a real node.

    Arguments:
        node: the node.
        file: the stack's file, for this node.
        owner_pid: remove the node when this process is gone, unless `bring_up` came to its end.
    """

    def __init__(self, node: Node, file: StackFile, owner_pid: int | None = None) -> None:
        self.node = node
        self.file = file
        self._owner_pid = owner_pid
        self.phases = Phases()

    def build(self) -> Toolchain:
        """Make sure of everything that is made once.

        Raises:
            SandboxError: if this machine can't be a node, or any of it can't be made.
        """
        with self.phases.phase("requirements"):
            ensure_requirements()
        with self.phases.phase("toolchain"):
            toolchain = ensure_toolchain()
        with self.phases.phase("images"):
            self._library = ensure_library(IMAGES)
            ensure_zipkin()
        return toolchain

    def bring_up(self, toolchain: Toolchain, run: Callable[[Pulumi], int]) -> int:
        """Bring the node up unless it runs, then the environment on it.

        Arguments:
            toolchain: what `build` returned.
            run: runs `pulumi up` and returns its exit code.

        Raises:
            SandboxError: if the node does not start, or Bookinfo's page does not become whole.
        """
        if not self.node.is_running():
            with self.phases.phase("node"):
                self._start(toolchain)
        with self.phases.phase("pulumi up"):
            exit_code = run(self.pulumi(toolchain))
        if exit_code == 0:
            with self.phases.phase("Bookinfo"):
                self._wait_for_page(toolchain)
        return exit_code

    def pulumi(self, toolchain: Toolchain) -> Pulumi:
        """Return `pulumi` for the stack, which exists and is free.

        Raises:
            SandboxError: if the stack can't be made.
        """
        pulumi = Pulumi.in_sandbox(self.file, self.node, toolchain)
        pulumi.ensure_stack(self.node.state)
        pulumi.recover(self.node.state)
        return pulumi

    def product_page(self, toolchain: Toolchain) -> str:
        """Return the address of Bookinfo's page, from the stack's outputs; empty if the stack is not up."""
        return self.pulumi(toolchain).capture("stack", "output", "productPageUrl").stdout.strip()

    def _start(self, toolchain: Toolchain) -> None:
        self.node.prepare(toolchain)
        give(self._library, self.node.layout.data / "containerd")
        self.node.start(self._token(toolchain), self._owner_pid)
        self.node.add_dns(toolchain)
        self.node.wait_until_ready(_NODE_PATIENCE)

    def _token(self, toolchain: Toolchain) -> str:
        """Return the access token of the stack: the backend asks for the one with which it was made."""
        answer = self.pulumi(toolchain).capture("config", "get", "traced-mesh:accessToken")
        if answer.returncode != 0:
            raise SandboxError(f"Stack '{self.file.stack}' has no access token: {answer.stderr.strip()}")
        return answer.stdout.strip()

    def _wait_for_page(self, toolchain: Toolchain) -> None:
        page = self.product_page(toolchain)
        if not holds_within(_PAGE_PATIENCE, lambda: _is_whole(page), pause=0.2):
            raise SandboxError(
                f"Bookinfo's page {page} was not whole after {duration(_PAGE_PATIENCE)}.\n"
                f"Logs of the Pods: {shown(self.node.layout.data / 'pod-logs')}"
            )


def ensure_toolchain() -> Toolchain:
    """Make and return the toolchain with everything that a real node and its images need.

    Raises:
        SandboxError: if it can't be made.
    """
    return toolchain_module.ensure((Purpose.UP, Purpose.DEMO), releases=[RELEASE])


@contextmanager
def removed_if_interrupted(node: Node) -> Generator[None]:
    """Leave nothing behind when the enclosed block is interrupted; when it fails, all stays for a look at it.

    A node that was already up stays in any case.
    """
    was_up = node.is_running()
    try:
        yield
    except SandboxError:
        node.stay()
        raise
    except (Interrupted, KeyboardInterrupt):
        if was_up:
            say("interrupted: the node stays up, as it was before")
        else:
            node.remove()
            say("interrupted: the node is removed; what was built stays, so that the next run goes on there")
        raise


def report_file(node: Node) -> Path:
    """Return where the verification writes its page: the result, and a trace as a picture."""
    return node.folder / "verification.html"


def addresses(demo: Demo, toolchain: Toolchain) -> str:
    """Return what a person wants to look at."""
    rows = {
        "Bookinfo": demo.product_page(toolchain),
        "its traces": f"{demo.node.url(Endpoint.ZIPKIN)}/zipkin/",
        "Jaeger's API": f"{demo.node.url(Endpoint.JAEGER)}/api/services",
        "the proof": shown(report_file(demo.node)),
    }
    width = max(len(name) for name in rows)
    return "\n".join(f"  {name:<{width}}  {address}" for name, address in rows.items())


def _is_whole(page: str) -> bool:
    try:
        with DIRECT.open(page, timeout=5) as answer:
            return answer.status == 200 and _WHOLE in answer.read()
    except OSError:
        return False
