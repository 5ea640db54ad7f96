"""What the commands say and how they end, as far as no control plane is needed."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from local.console import Phases, duration
from local.errors import Interrupted
from local.paths import PROJECT
from local.satellite_ca import COMMON_NAME, ensure_satellite_ca


def sandbox(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_an_unknown_stack_is_a_message_without_a_traceback() -> None:
    answer = sandbox("up", "--stack", "sandbux")

    assert answer.returncode == 1
    assert answer.stderr.startswith("There is no stack 'sandbux'")
    assert "Traceback" not in answer.stderr


def test_down_without_a_sandbox_has_nothing_to_do() -> None:
    answer = sandbox("down", "--instance", "never-made")

    assert answer.returncode == 0
    assert answer.stderr == "nothing to do: there is no sandbox never-made\n"


def test_down_on_a_cluster_of_its_own_is_refused_and_names_destroy() -> None:
    answer = sandbox("down", "--stack", "dev")

    assert answer.returncode == 1
    assert answer.stderr.endswith("make destroy STACK=dev\n")


def test_verify_without_a_sandbox_names_the_command_that_makes_it() -> None:
    answer = sandbox("verify", "--instance", "never-made")

    assert answer.returncode == 1
    assert answer.stderr == "There is no sandbox never-made to verify.\nBring it up: make up INSTANCE=never-made\n"


def test_verify_hands_its_options_on() -> None:
    answer = sandbox("verify", "--stack", "dev", "--help")

    assert answer.returncode == 0
    assert "--max-loss" in answer.stdout


def test_make_help_lists_every_command_with_one_line() -> None:
    answer = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True)

    listed = [line.split()[1] for line in answer.stdout.splitlines()]
    assert {"up", "preview", "verify", "destroy", "down", "test", "lint"} <= set(listed)
    assert all(len(line.split()) > 3 for line in answer.stdout.splitlines())


@pytest.mark.parametrize(("number", "code"), [(2, 130), (15, 143)], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_run_ends_with_the_code_that_shells_use(number: int, code: int) -> None:
    assert Interrupted(number).exit_code == code


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (3.14, "3.1 s"), (47.4, "47 s"), (320.0, "5 min 20 s"), (359.7, "6 min 0 s")]
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_phases_add_up() -> None:
    phases = Phases()
    with phases.phase("toolchain"):
        pass
    with phases.phase("pulumi up"):
        pass

    assert phases.summary() == "toolchain 0.0 s, pulumi up 0.0 s; 0.0 s in all"


class TestSatelliteCa:
    def test_it_is_a_certificate_authority_valid_for_ten_years(self, tmp_path: Path) -> None:
        ensure_satellite_ca(tmp_path / "ca.pem")

        certificate = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
        assert certificate.subject.rfc4514_string() == f"CN={COMMON_NAME}"
        assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=3640)

    def test_it_is_made_once_and_its_key_is_the_owners_only(self, tmp_path: Path) -> None:
        ensure_satellite_ca(tmp_path / "ca.pem")
        first = (tmp_path / "ca.pem").read_bytes()

        ensure_satellite_ca(tmp_path / "ca.pem")

        assert (tmp_path / "ca.pem").read_bytes() == first
        assert (tmp_path / "ca.key").stat().st_mode & 0o077 == 0
