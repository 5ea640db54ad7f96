"""A measured command's processor time and memory are seen, whoever in its family has used them."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cost import Cost, Step
from bench.meter import measured
from local.errors import SandboxError
from local.processes import with_environment

#: Uses 0.4 s of processor time, by its own clock, however busy the machine is.
BUSY = "import time\nwhile time.process_time() < 0.4: pass"

#: Holds 100 MiB, and writes to all of it.
LARGE = "import time\nheld = b'x' * (100 * 1024 * 1024)\ntime.sleep(0.5)"

#: Starts the program in its first argument and ends without waiting for it.
CARELESS = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', sys.argv[1]])"


def cost(tmp_path: Path, *programs: list[str]) -> Cost:
    steps = [Step([sys.executable, "-c", *program]) for program in programs]
    return measured(steps, os.environ, tmp_path / "log")


def test_processor_time_of_all_steps_is_added_up(tmp_path: Path) -> None:
    assert 0.8 <= cost(tmp_path, [BUSY], [BUSY]).cpu < 2


def test_waiting_is_wall_time_alone(tmp_path: Path) -> None:
    waited = cost(tmp_path, ["import time; time.sleep(0.5)"])

    assert waited.wall >= 0.5
    assert waited.cpu < 0.4


@pytest.mark.parametrize("platform", [sys.platform])
def test_what_outlives_its_parent_counts_on_linux(tmp_path: Path, platform: str) -> None:
    seen = cost(tmp_path, [CARELESS, BUSY]).cpu >= 0.4

    assert seen is (platform == "linux")


def test_peak_memory_is_the_sum_of_processes(tmp_path: Path) -> None:
    two = f"import subprocess, sys\nother = subprocess.Popen([sys.executable, '-c', {LARGE!r}])\n{LARGE}\nother.wait()"

    assert 200 <= cost(tmp_path, [two]).memory < 300


def test_each_program_has_its_part(tmp_path: Path) -> None:
    seen = cost(tmp_path, [BUSY])

    assert 0.1 <= sum(seen.programs.values()) <= seen.cpu + 0.05


def test_a_failed_step_is_named_with_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"(?s)This failed: .*exit\(3\).*the reason"):
        cost(tmp_path, ["print('the reason', flush=True); exit(3)"], [BUSY])


def test_an_accepted_exit_code_is_no_failure(tmp_path: Path) -> None:
    step = Step([sys.executable, "-c", "exit(1)"], accepted=(0, 1))

    assert measured([step], os.environ, tmp_path / "log").wall > 0


def test_a_step_prints_to_its_own_file(tmp_path: Path) -> None:
    step = Step([sys.executable, "-c", "print('rendered')"], output=str(tmp_path / "output"))

    measured([step], os.environ, tmp_path / "log")

    assert (tmp_path / "output").read_text() == "rendered\n"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT interrupts, also where a shell has started the tests in the background, which lets them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_measurement_leaves_no_process(tmp_path: Path) -> None:
    environment = {**os.environ, "MARK": str(tmp_path)}
    code = "import os, signal, time\nos.kill(int(os.environ['ASKED']), signal.SIGINT)\ntime.sleep(60)"

    with pytest.raises(KeyboardInterrupt):
        measured([Step([sys.executable, "-c", code])], {**environment, "ASKED": str(os.getpid())}, tmp_path / "log")

    assert with_environment(f"MARK={tmp_path}", "python") == []
