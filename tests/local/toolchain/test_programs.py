"""The table of programs agrees with the go.mod files, and everything that decides a build changes its fingerprint."""

import json
import re
import subprocess
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from local.errors import SandboxError
from local.paths import TOOLS
from local.toolchain import programs, toolchain
from local.toolchain.programs import ISTIO_TOOLS, PROGRAMS, PROVIDER_VERSION, Program, required_version


def go_mod(tool: str) -> dict[str, Any]:
    """Read a go.mod with Go's own parser."""
    command = ["go", "mod", "edit", "-json", str(TOOLS / tool / "go.mod")]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def tools(tool: str) -> set[str]:
    """Return the packages that a go.mod names as tools."""
    rows: list[dict[str, str]] = go_mod(tool).get("Tool") or []
    return {entry["Path"] for entry in rows}


def row(name: str) -> Program:
    return next(program for program in PROGRAMS if program.name == name)


def is_own(program: Program) -> bool:
    """Tell whether a program is made of Go files of this project."""
    return program.package.startswith(".")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_each_program_is_a_tool_of_its_go_mod(program: Program) -> None:
    assert program.package in tools(program.tool) or (is_own(program) and program.own_files[2].exists())


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_each_program_has_the_version_that_go_reads_from_its_go_mod(program: Program) -> None:
    required = {entry["Path"]: entry["Version"] for entry in go_mod(program.tool)["Require"]}

    assert program.source_version == required[program.source]


def test_each_tool_of_a_go_mod_is_in_the_table() -> None:
    in_modules = set[str]().union(*(tools(file.parent.name) for file in TOOLS.glob("*/go.mod")))

    assert in_modules == {program.package for program in PROGRAMS if not is_own(program)}


def test_names_of_programs_are_unique() -> None:
    names = [program.name for program in PROGRAMS]

    assert len(names) == len(set(names))


def test_the_provider_has_the_version_of_the_installed_sdk() -> None:
    assert version("pulumi-kubernetes") == PROVIDER_VERSION


def test_kubernetes_programs_know_their_version() -> None:
    flags = row("kube-apiserver").linker_flags

    assert "version.gitVersion=v1.36.3" in flags
    assert "version.gitMajor=1 " in flags
    assert flags.endswith("version.gitMinor=36")


def test_istiod_knows_its_release_and_not_the_commit_version_of_its_module() -> None:
    flags = row("pilot-discovery-1.27.0").linker_flags

    assert "version.buildVersion=1.27.0 " in flags
    assert "version.buildGitRevision=7359d8be2504 " in flags


def test_istio_programs_of_old_releases_know_their_version_too() -> None:
    flags = row("pilot-discovery-1.15.0").linker_flags

    assert "-X istio.io/pkg/version.buildVersion=1.15.0 " in flags


def test_each_istio_release_has_programs_of_its_own() -> None:
    names = {program.name for program in PROGRAMS}

    assert {f"{name}-{release}" for name in ("pilot-discovery", "istioctl") for release in ISTIO_TOOLS} <= names
    assert {f"mesh-check-{release}" for release in ISTIO_TOOLS} <= names
    assert {program.istio_release for program in PROGRAMS} == {None, *ISTIO_TOOLS}


def test_titles_name_the_source_and_the_version_that_people_know() -> None:
    assert row("kube-apiserver").title == "kube-apiserver (k8s.io/kubernetes v1.36.3)"
    assert row("pilot-discovery-1.27.0").title == "pilot-discovery-1.27.0 (istio.io/istio 1.27.0)"


@pytest.mark.parametrize(
    ("name", "import_path", "built_name"),
    [
        ("etcd", "go.etcd.io/etcd/server/v3", "server"),
        ("kubectl", "k8s.io/kubernetes/cmd/kubectl", "kubectl"),
        ("pilot-discovery-1.26.0", "istio.io/istio/pilot/cmd/pilot-discovery", "pilot-discovery"),
        ("pulumi-language-python", "github.com/pulumi/pulumi/sdk/python/cmd/pulumi-language-python/v3", None),
        ("pulumi-resource-kubernetes", "traced-mesh/local/tools/pulumi-resource-kubernetes", None),
        ("coredns", "traced-mesh/local/tools/coredns", None),
        ("mesh-check-1.26.0", "command-line-arguments", "main"),
    ],
)
def test_a_program_is_found_under_the_name_that_go_gives_it(
    name: str, import_path: str, built_name: str | None
) -> None:
    assert (row(name).import_path, row(name).built_name) == (import_path, built_name or name)


@pytest.mark.parametrize(
    "text",
    [
        "require example.org/a v1.2.3\n",
        "require (\n\texample.org/a v1.2.3\n)\n",
        "\texample.org/a v1.2.3 // indirect\n",
    ],
    ids=["single", "block", "indirect"],
)
def test_a_required_version_is_found_wherever_it_stands(text: str) -> None:
    assert required_version(text, "example.org/a") == "v1.2.3"


def test_a_module_whose_name_only_begins_alike_is_not_taken() -> None:
    with pytest.raises(SandboxError, match=re.escape("no go.mod requires example.org/a")):
        required_version("require example.org/a/v2 v2.0.0\n", "example.org/a")


def fingerprint(program: Program, go: str = "go1.26.8", platform: str = "linux/amd64") -> str:
    return toolchain.fingerprint(program, go, platform)


class TestFingerprint:
    @pytest.fixture
    def program(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
        folder = tmp_path / "thing"
        folder.mkdir()
        (folder / "go.mod").write_text("require example.org/a v1.2.3\n")
        (folder / "go.sum").write_text("")
        monkeypatch.setattr(programs, "TOOLS", tmp_path)
        return Program("thing", "thing", "example.org/a/cmd/thing", "example.org/a")

    def test_it_is_the_same_for_the_same_sources(self, program: Program) -> None:
        first = fingerprint(program)

        assert fingerprint(program) == first

    @pytest.mark.parametrize("name", ["go.mod", "go.sum"])
    def test_it_changes_with_each_source_file(self, program: Program, tmp_path: Path, name: str) -> None:
        before = fingerprint(program)

        with (tmp_path / "thing" / name).open("a") as file:
            file.write("// changed\n")

        assert fingerprint(program) != before

    @pytest.mark.parametrize("name", ["main.go", "components.go"])
    def test_it_changes_with_each_go_file_of_a_program_of_our_own(
        self, program: Program, tmp_path: Path, name: str
    ) -> None:
        own = replace(program, package=".")
        before = fingerprint(own)

        (tmp_path / "thing" / name).write_text("package main\n")

        assert fingerprint(own) != before

    def test_it_changes_with_a_go_file_that_programs_share(self, program: Program, tmp_path: Path) -> None:
        (tmp_path / "shared.go").write_text("package main\n")
        sharing = replace(program, package="../shared.go")
        before = fingerprint(sharing)

        (tmp_path / "shared.go").write_text("package main // changed\n")

        assert fingerprint(sharing) != before

    @pytest.mark.parametrize(("go", "platform"), [("go1.27.0", "linux/amd64"), ("go1.26.8", "darwin/arm64")])
    def test_it_changes_with_the_compiler(self, program: Program, go: str, platform: str) -> None:
        before = fingerprint(program)

        assert fingerprint(program, go, platform) != before
