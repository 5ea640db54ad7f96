"""Running the genuine `pulumi` for one stack: signals, stale locks, and the environment that it needs."""

import json
import signal
import socket
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final, Self

from local.console import say
from local.environment import LocalEnvironment
from local.errors import Interrupted, SandboxError
from local.paths import PROJECT
from local.processes import PidFile, is_alive, terminate
from local.stack_files import StackFile
from local.toolchain.toolchain import Toolchain

#: Commands of Pulumi that read the stack's configuration and so take `--config-file`.
_VERBS_WITH_CONFIGURATION: Final = frozenset({"config", "destroy", "import", "preview", "refresh", "up"})


@dataclass(frozen=True)
class Pulumi:
    """The `pulumi` command for one stack.

    Arguments:
        executable: path of the command.
        stack_file: the stack and its configuration.
        environment: the whole environment that it runs in.
        pid_file: names its process while it runs, so that a sandbox can end it when its owner is gone.
    """

    executable: Path
    stack_file: StackFile
    environment: Mapping[str, str]
    pid_file: PidFile | None = None

    @classmethod
    def in_sandbox(cls, stack_file: StackFile, instance: LocalEnvironment, toolchain: Toolchain) -> Self:
        """Return the command for a stack in a sandbox: with the sandbox's own state, passphrase and plugins."""
        environment = instance.whole_env(toolchain)
        return cls(toolchain.program("pulumi"), stack_file, environment, instance.pulumi_pid_file)

    def command_line(self, verb: str, *arguments: str) -> list[str]:
        """Return the words of `pulumi <verb>` for the stack and its configuration."""
        own = ["--config-file", str(self.stack_file.path)]
        named = verb in _VERBS_WITH_CONFIGURATION and not self.stack_file.is_standard
        return [*self._command(verb), *(own if named else []), *arguments]

    def call(self, verb: str, *arguments: str) -> int:
        """Run `pulumi <verb>` attached to this terminal and return its exit code.

        Ctrl-C reaches Pulumi by itself; SIGTERM and SIGHUP are handed on as the SIGINT on which it cancels.

        Raises:
            Interrupted: when Pulumi has ended, if there was any of these signals.
        """
        process = subprocess.Popen(self.command_line(verb, *arguments), cwd=PROJECT, env=self.environment)
        with self._noted(process), _signals_for(process) as received:
            exit_code = process.wait()
        if received:
            raise Interrupted(received[0])
        return 128 - exit_code if exit_code < 0 else exit_code  # ended by a signal: as shells have it

    def capture(self, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `pulumi <verb>` without a terminal and return what it printed and its exit code."""
        return self._run(self.command_line(verb, "--non-interactive", *arguments))

    def ensure_stack(self, state: Path) -> None:
        """Make the stack in the file backend `state` unless it exists, and select it.

        Raises:
            SandboxError: with Pulumi's message, if that fails.
        """
        if self.has_stack(state):
            return
        answer = self._run(self._command("stack", "select", "--create", "--non-interactive"))
        if answer.returncode != 0:
            raise SandboxError(f"The stack '{self.stack_file.stack}' could not be made: {answer.stderr.strip()}")

    def has_stack(self, state: Path) -> bool:
        """Tell whether the stack exists in the file backend `state`; faster than asking Pulumi."""
        return any((state / ".pulumi" / "stacks").glob(f"*/{self.stack_file.stack}.json"))

    def recover(self, state: Path) -> None:
        """Make the stack usable again after a Pulumi of this machine was killed in the middle of an update."""
        self._release_if_stale(state)
        if self._has_pending_operations(state):
            say("the state has operations that never ended: pulumi refresh compares it with the cluster")
            answer = self.capture("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
            if answer.returncode != 0:
                say(f"pulumi refresh failed: {answer.stderr.strip() or answer.stdout.strip()}")

    def _release_if_stale(self, state: Path) -> None:
        locks = (state / ".pulumi" / "locks").glob(f"**/{self.stack_file.stack}/*.json")
        if any(_is_stale(lock) for lock in locks):
            say(f"an earlier pulumi ended without releasing stack '{self.stack_file.stack}': pulumi cancel releases it")
            self._run(self._command("cancel", "--yes", "--non-interactive"))

    def _has_pending_operations(self, state: Path) -> bool:
        for file in (state / ".pulumi" / "stacks").glob(f"*/{self.stack_file.stack}.json"):
            checkpoint: Any = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]
            latest: Any = checkpoint.get("latest")
            if latest and latest.get("pending_operations"):
                return True
        return False

    def _command(self, *words: str) -> list[str]:
        return [str(self.executable), *words, "--stack", self.stack_file.stack]

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with self._noted(process), process:
            try:
                output, errors = process.communicate()
            except BaseException:
                terminate(process.pid, grace_seconds=10)
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    @contextmanager
    def _noted(self, process: subprocess.Popen[Any]) -> Generator[None]:
        """Name the process in the pid file while it runs."""
        if self.pid_file is not None:
            self.pid_file.write(process.pid)
        try:
            yield
        finally:
            if self.pid_file is not None:
                self.pid_file.path.unlink(missing_ok=True)


def _is_stale(lock: Path) -> bool:
    """Tell whether a lock of the file backend names a process of this machine that is gone."""
    try:
        holder = json.loads(lock.read_text(encoding="utf-8"))
        return holder["hostname"] == socket.gethostname() and not is_alive(int(holder["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextmanager
def _signals_for(process: subprocess.Popen[bytes]) -> Generator[list[int]]:
    """Leave the reaction to signals to Pulumi during the enclosed block; yields the list of those received."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT and not received and process.poll() is None:
            process.send_signal(signal.SIGINT)
        received.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
