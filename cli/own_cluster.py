"""What `make up` and its relatives do on a stack whose cluster is the user's own; each returns the exit code.

The user's own backend and login of Pulumi are used, and Pulumi asks for confirmation.
"""

import os
from collections.abc import Mapping, Sequence

from local.errors import SandboxError
from local.policy_pack import POLICED
from local.pulumi_cli import Pulumi
from local.running import become_verification, engine, print_exports
from local.target import Target
from local.toolchain.toolchain import Toolchain


def up(target: Target) -> int:
    """Bring the whole environment of a stack up."""
    return _run(target, "up")


def preview(target: Target) -> int:
    """Show what `up` would change."""
    return _run(target, "preview")


def destroy(target: Target) -> int:
    """Remove everything that the stack has made."""
    return _run(target, "destroy")


def down(target: Target) -> int:
    """Refuse: there is nothing on this machine to take down.

    Raises:
        SandboxError: in any case, naming the command that removes what the stack has made.
    """
    raise SandboxError(
        f"Stack '{target.stack}' has a cluster of its own, which is no sandbox: there is nothing to take down.\n"
        f"Remove what the stack has made with: make destroy STACK={target.stack}"
    )


def verify(target: Target, arguments: Sequence[str] = ()) -> int:
    """Prove that the environment's traces arrive, or name the link that is broken; see `python -m verify --help`."""
    become_verification(target.stack, arguments, {"PATH": engine().search_path})


def env(target: Target) -> int:
    """Print the lines that make `pulumi` work on the stack directly."""
    del target
    return print_exports(_variables(engine()))


def _run(target: Target, verb: str) -> int:
    toolchain = engine()
    environment = {**os.environ, **_variables(toolchain)}
    return Pulumi(toolchain.program("pulumi"), target.file, environment).call(verb)


def _variables(toolchain: Toolchain) -> Mapping[str, str]:
    return {"PATH": toolchain.search_path, **POLICED}
