"""What `make up` and its relatives do on a stack in the sandbox; every function returns the exit code."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from local.console import Phases, say
from local.errors import Interrupted, SandboxError
from local.paths import DEFAULT_INSTANCE, TOOLCHAIN, shown
from local.ports import free_ports, is_free
from local.pulumi_cli import Pulumi
from local.running import become_verification, engine, print_exports
from local.stack_files import StackFile
from local.target import Target
from local.toolchain import toolchain as toolchain_module
from local.toolchain.toolchain import Toolchain
from sandbox.instance import Instance
from sandbox.occupants import refuse_beside_another, refuse_to_remove_another


def up(target: Target) -> int:
    """Bring the whole environment of a stack up.

    Raises:
        SandboxError: if the sandbox holds another stack's environment, or does not start.
    """
    refuse_beside_another(target, _instance(target).state)  # before anything is built
    phases = Phases()
    with phases.phase("toolchain"):
        toolchain = _toolchain_of(target)
    with _stopped_if_interrupted(target, toolchain), _instance(target).locked():
        with phases.phase("control plane"):
            refuse_beside_another(target, _instance(target).state)  # that came up in the meantime
            pulumi = _start(target, toolchain)
        with phases.phase("pulumi up"):
            exit_code = pulumi.call("up", "--yes", "--skip-preview")
    if exit_code == 0:
        say(f"\n{phases.summary()}\n{_next_steps(target)}")
    return exit_code


def preview(target: Target) -> int:
    """Show what `up` would change.

    Raises:
        SandboxError: if the sandbox holds another stack's environment, or does not start.
    """
    refuse_beside_another(target, _instance(target).state)
    toolchain = _toolchain_of(target)
    with _stopped_if_interrupted(target, toolchain), _instance(target).locked():
        return _start(target, toolchain).call("preview")


def destroy(target: Target) -> int:
    """Remove everything that the stack has made; a sandbox's control plane stays.

    Raises:
        SandboxError: if the sandbox holds another stack's environment and nothing of this one, or does not start.
    """
    if not _instance(target).exists():
        say(f"nothing to do: there is no sandbox {target.instance}")
        return 0
    refuse_to_remove_another(target, _instance(target).state)
    toolchain = _toolchain_of(target)
    with _stopped_if_interrupted(target, toolchain), _instance(target).locked():
        return _start(target, toolchain).call("destroy", "--yes", "--skip-preview")


def down(target: Target) -> int:
    """Remove the sandbox with everything in it, all its processes and files but the toolchain.

    Raises:
        SandboxError: if the sandbox holds another stack's environment and nothing of this one.
    """
    instance = _instance(target)
    if not instance.exists():
        say(f"nothing to do: there is no sandbox {target.instance}")
        return 0
    refuse_to_remove_another(target, _instance(target).state)
    with instance.locked():
        instance.remove()
    say(f"removed {shown(instance.folder)}; the toolchain stays in {shown(TOOLCHAIN)} (make clean removes it too)")
    return 0


def verify(target: Target, arguments: Sequence[str] = ()) -> int:
    """Prove that the environment's traces arrive, or name the link that is broken; see `python -m verify --help`.

    Raises:
        SandboxError: if there is no such sandbox.
    """
    if not _instance(target).exists():
        raise SandboxError(f"There is no sandbox {target.instance} to verify.\nBring it up: {target.make('up')}")
    become_verification(target.stack, arguments, _instance(target).env(engine()))


def env(target: Target) -> int:
    """Print the lines that make `pulumi` and `kubectl` work on the stack directly."""
    return print_exports(_instance(target).env(_toolchain_of(target)))


def _toolchain_of(target: Target) -> Toolchain:
    """Make and return the toolchain for a stack that lives in a sandbox: of Istio, only the release that it wants."""
    return toolchain_module.ensure(releases=[target.file.istio_release])


def _instance(target: Target) -> Instance:
    return Instance(target.instance)


def _start(target: Target, toolchain: Toolchain) -> Pulumi:
    """Start the sandbox of a stack and return the `pulumi` for it, its stack made and free."""
    instance = _instance(target)
    instance.wait_for_pulumi()
    file = _with_free_webhook_port(target)
    instance.start(toolchain, file.webhook_port)
    pulumi = Pulumi.in_sandbox(file, instance, toolchain)
    pulumi.ensure_stack(instance.state)
    pulumi.recover(instance.state)
    return pulumi


def _with_free_webhook_port(target: Target) -> StackFile:
    """Return the stack's file for this sandbox, its webhook port free or already this sandbox's own."""
    file, in_use = target.file, _instance(target).webhook_port_in_use()
    if target.instance != DEFAULT_INSTANCE:
        return file.derive(_instance(target).folder, in_use or _free_port_like_before(target))
    wanted = file.webhook_port
    if wanted != in_use and not is_free(wanted):
        port = free_ports(1)[0]
        file.set_webhook_port(port)
        say(f"port {wanted} is taken by another program: {shown(file.path)} now has {port} for istiod's webhooks")
    return file


def _free_port_like_before(target: Target) -> int:
    """Return the webhook port that the sandbox's own stack file has, so that nothing changes, or else a free one."""
    earlier = _instance(target).folder / target.file.path.name
    port = StackFile(target.stack, earlier).webhook_port if earlier.exists() else None
    return port if port is not None and is_free(port) else free_ports(1)[0]


@contextmanager
def _stopped_if_interrupted(target: Target, toolchain: Toolchain) -> Generator[None]:
    """Leave no process behind when the enclosed block is interrupted; what was made is kept for the next run."""
    try:
        yield
    except (Interrupted, KeyboardInterrupt):
        _instance(target).stop(toolchain)
        go_on, remove = target.make("up"), target.make("down")
        say(f"interrupted: the sandbox is stopped and kept; {go_on} goes on, {remove} removes it")
        raise


def _next_steps(target: Target) -> str:
    steps = {
        f'eval "$({target.make("env", "-s")})"': "then pulumi and kubectl work on it directly",
        target.make("preview"): "shows that nothing differs",
        target.make("down"): "removes everything",
    }
    width = max(len(step) for step in steps)
    return "Next:\n" + "\n".join(f"  {step:<{width}}  {meaning}" for step, meaning in steps.items())
