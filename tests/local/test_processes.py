"""Processes, ports and locks of the sandbox: nothing of another program is ever ended."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.locks import exclusive
from local.ports import LOOPBACK, free_ports, free_within, is_free, wait_until_listening
from local.processes import PidFile, command_line, is_alive, terminate, with_environment


@contextmanager
def sleeper(mark: str, *, stubborn: bool = False) -> Generator[int]:
    """Run a process whose command line holds `mark`; a stubborn one does not end on SIGTERM."""
    program = "import signal; "
    program += "signal.signal(signal.SIGTERM, signal.SIG_IGN); " if stubborn else ""
    program += "print('ready', flush=True); signal.pause()"
    process = subprocess.Popen([sys.executable, "-c", program, mark], stdout=subprocess.PIPE, env={"MARK": mark})
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.stdout.close()
        if process.poll() is None:
            process.kill()
            process.wait()


def test_a_running_process_is_found_by_its_pid_file(tmp_path: Path) -> None:
    with sleeper("mark-a") as pid:
        file = PidFile(tmp_path / "a.pid", "mark-a")
        file.write(pid)

        assert file.running() == pid
        assert command_line(pid).endswith("mark-a")


def test_another_program_with_the_same_number_is_neither_taken_nor_ended(tmp_path: Path) -> None:
    with sleeper("someone-else") as pid:
        file = PidFile(tmp_path / "a.pid", "mark-a")
        file.write(pid)

        file.end(grace_seconds=0.1)

        assert file.running() is None
        assert is_alive(pid)
        assert not file.path.exists()


@pytest.mark.parametrize("text", ["", "12x", None], ids=["empty", "garbage", "missing"])
def test_a_pid_file_without_a_number_names_no_process(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "a.pid"
    if text is not None:
        path.write_text(text)

    assert PidFile(path, "").running() is None


def test_ending_a_process_removes_its_pid_file(tmp_path: Path) -> None:
    with sleeper("mark-a") as pid:
        file = PidFile(tmp_path / "a.pid", "mark-a")
        file.write(pid)

        file.end(grace_seconds=5)

        assert not is_alive(pid)
        assert not file.path.exists()


def test_a_stubborn_process_is_killed_after_its_grace() -> None:
    with sleeper("mark-a", stubborn=True) as pid:
        terminate(pid, grace_seconds=0.1)

        assert not is_alive(pid)


def test_a_process_that_has_ended_but_was_not_collected_is_not_alive() -> None:
    with sleeper("mark-a") as pid:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

        assert not is_alive(pid)


def test_processes_are_found_by_their_environment_and_program() -> None:
    with sleeper("mark-of-its-own") as pid:
        assert with_environment("MARK=mark-of-its-own", "mark-of-its-own") == [pid]
        assert with_environment("MARK=mark-of-its-own", "pulumi-") == []
        assert with_environment("MARK=mark-of-its", "mark-of-its-own") == []


def test_a_taken_port_is_not_free_and_a_listening_one_is_found() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]

        assert not is_free(port)
        assert not free_within(port, seconds=0.01)
        assert wait_until_listening(port, seconds=5)
    assert free_within(port, seconds=5)


def test_free_ports_differ_and_lie_below_those_of_outgoing_connections() -> None:
    ports = free_ports(20)

    assert len(set(ports)) == 20
    assert all(20000 <= port < 32000 and is_free(port) for port in ports)


def test_a_lock_may_be_removed_with_its_folder_by_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "instance" / "lock"

    with exclusive(lock, "works"):
        lock.unlink()
        lock.parent.rmdir()
    with exclusive(lock, "works"):
        held_again = lock.exists()

    assert held_again
