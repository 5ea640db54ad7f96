"""Which programs are taken from PATH: fake `pulumi` commands of every kind stand in for the user's."""

from pathlib import Path

import pytest

from local.toolchain.path_programs import found_on_path, install_provider_plugin
from local.toolchain.programs import PROGRAMS

ENGINE = [program for program in PROGRAMS if program.name in {"pulumi", "pulumi-language-python"}]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the whole of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(folder: Path, name: str, output: str = "", exit_code: int = 0) -> Path:
    """Put a program on PATH that prints `output`."""
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{output}'\nexit {exit_code}\n")
    file.chmod(0o755)
    return file


def test_nothing_is_taken_from_an_empty_path(path: Path) -> None:
    assert path.exists()
    assert found_on_path(PROGRAMS) == {}


def test_a_fitting_pulumi_is_taken_with_its_language_host(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pulumi = put(path, "pulumi", "v3.260.1")
    host = put(path, "pulumi-language-python")

    assert found_on_path(ENGINE) == {"pulumi": pulumi, "pulumi-language-python": host}
    assert capsys.readouterr().err == f"using pulumi v3.260.1 from {pulumi}\n"


def test_a_pulumi_that_is_a_link_is_taken_with_the_language_host_beside_the_real_one(
    path: Path, tmp_path: Path
) -> None:
    real = tmp_path / "pulumi-3.260.1"
    real.mkdir()
    put(real, "pulumi", "v3.260.1")
    host = put(real, "pulumi-language-python")
    (path / "pulumi").symlink_to(real / "pulumi")

    assert found_on_path(ENGINE)["pulumi-language-python"] == host


@pytest.mark.parametrize("version", ["v3.258.9", "v4.0.0", "v2.25.2"])
def test_a_pulumi_of_another_version_is_left_and_named(
    path: Path, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(path, "pulumi", version)
    put(path, "pulumi-language-python")

    assert found_on_path(ENGINE) == {}
    said = f"pulumi on PATH ({path / 'pulumi'}) is {version}, wanted is 3.259.0 or newer, before 4: "
    assert capsys.readouterr().err == f"{said}using the toolchain's own\n"


def test_a_pulumi_without_its_language_host_is_left(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(path, "pulumi", "v3.260.1")

    assert found_on_path(ENGINE) == {}
    assert "has no pulumi-language-python" in capsys.readouterr().err


def test_a_language_host_alone_is_not_taken(path: Path) -> None:
    put(path, "pulumi-language-python")

    assert found_on_path(ENGINE) == {}


@pytest.mark.parametrize(
    ("name", "printed", "fitting"),
    [
        ("pulumi", "v3.259.0", True),
        ("pulumi", "v3.260.0-alpha.1", True),
        ("pulumi", "v3.99.0", False),
        ("kubectl", "Client Version: v1.36.3\nKustomize Version: v5.8.1", True),
        ("kubectl", "Client Version: v1.20.0", False),
        ("helm", "v3.21.4+gabcdef0", True),
        ("helm", "v4.0.1", False),
        ("etcd", "etcd Version: 3.6.8\nGit SHA: 0", True),
        ("etcd", "etcd Version: 3.4.27", False),
        ("kwok", "kwok version v0.8.0 go1.26.8 (linux/amd64)", True),
        ("kwok", "kwok version v0.7.0 go1.24.0 (linux/amd64)", False),
        ("kwok", "", False),
    ],
)
def test_what_serves_is_taken_and_nothing_else(path: Path, name: str, printed: str, *, fitting: bool) -> None:
    put(path, "pulumi-language-python")
    file = put(path, name, printed)

    found = found_on_path([program for program in PROGRAMS if program.name == name])

    assert found.get(name) == (file if fitting else None)


def test_a_program_that_is_built_of_a_certain_source_is_never_taken(path: Path) -> None:
    put(path, "kube-apiserver", "Kubernetes v1.36.3")

    assert found_on_path(PROGRAMS) == {}


def test_a_provider_that_cannot_be_downloaded_is_built_and_a_line_says_so(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pulumi = put(path, "pulumi", "error: no network", exit_code=1)

    assert install_provider_plugin(pulumi, tmp_path / "home") is False
    assert "it could not be downloaded (error: no network); it is built instead\n" in capsys.readouterr().err


def test_a_provider_that_is_there_is_not_downloaded_again(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "plugins" / "resource-kubernetes-v4.25.0"
    folder.mkdir(parents=True)
    put(folder, "pulumi-resource-kubernetes")

    assert install_provider_plugin(path / "no-such-pulumi", tmp_path / "home") is True
