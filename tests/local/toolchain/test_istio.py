"""Which Istio releases can be had, what is fetched of them, and what becomes of their charts."""

import json
import os
import re
from pathlib import Path

import pytest

from local.errors import SandboxError
from local.paths import TOOLS
from local.toolchain import istio_files, toolchain
from local.toolchain.golang import Go
from local.toolchain.istio_files import CHART_RELEASES, extract_istio
from local.toolchain.programs import ISTIO_TOOLS, Purpose
from local.toolchain.toolchain import remove_unused, selected
from tests.support.istio import Istio, of_kind

#: Values without which the charts before 1.6 do not render today: the template of their gateways' RoleBindings is none
#: for Go's templates since Go 1.11.
WITHOUT_GATEWAYS = {"gateways": {"enabled": False}}

SUM = "h1:pinned="


def fake_go(folder: Path, checksum: str = SUM) -> Go:
    """Make a `go` that has one module, and that notes how it was called."""
    answer = json.dumps({"Dir": str(folder / "module"), "Sum": checksum})
    executable = folder / "go"
    executable.write_text(f"#!/bin/sh\necho \"$* $GONOSUMDB $GOFLAGS $PWD\" >{folder}/called\necho '{answer}'\n")
    executable.chmod(0o755)
    return Go(str(executable), "go1.26.0", "linux/amd64", folder, {**os.environ, "GONOSUMDB": "example.org/own"})


class TestSelected:
    def test_a_stack_needs_the_istiod_of_its_release_alone(self) -> None:
        names = [program.name for program in selected((Purpose.UP,), None, ["1.26.0"])]

        assert [name for name in names if name.startswith("pilot-discovery")] == ["pilot-discovery-1.26.0"]
        assert "kube-apiserver" in names
        assert not any(name.startswith(("istioctl", "mesh-check", "otelcol")) for name in names)

    def test_the_tests_need_every_release(self) -> None:
        names = {program.name for program in selected((Purpose.UP, Purpose.TEST), None, ISTIO_TOOLS)}

        assert {f"pilot-discovery-{release}" for release in ISTIO_TOOLS} <= names
        assert {f"mesh-check-{release}" for release in ISTIO_TOOLS} <= names
        assert {"otelcol", "helm"} <= names

    def test_a_release_with_charts_alone_needs_no_program_of_istio(self) -> None:
        assert [program.name for program in selected((Purpose.TEST,), ["helm"], ["1.9.0"])] == ["helm"]


class TestRemoveUnused:
    def test_what_was_built_from_earlier_sources_goes_and_everything_else_stays(self, tmp_path: Path) -> None:
        kept = ("etcd-0123456789ab", "bin", "istio", "kwok", "logs", "pulumi")
        for name in (*kept, "etcd-ba9876543210", "pilot-discovery-1.25.0-0123456789ab"):
            (tmp_path / name).mkdir()
        (tmp_path / "etcd-ba9876543210" / "etcd").touch()

        remove_unused(tmp_path, {"etcd-0123456789ab"})

        assert {entry.name for entry in tmp_path.iterdir()} == set(kept)

    def test_folders_of_programs_are_recognised_by_their_names(self) -> None:
        program = selected((Purpose.UP,), ["etcd"], [])[0]

        assert re.fullmatch("[0-9a-f]{12}", toolchain.fingerprint(program, "go1.26.0", "linux/amd64"))


class TestPinnedModule:
    def test_it_is_fetched_outside_of_any_module_and_without_the_checksum_database(self, tmp_path: Path) -> None:
        folder = fake_go(tmp_path).pinned_module_folder("istio.io/istio", "v0.0.0-1", SUM)

        words = (tmp_path / "called").read_text().split()
        assert folder == tmp_path / "module"
        assert words[:-1] == [
            *("mod", "download", "-json", "istio.io/istio@v0.0.0-1"),
            *("example.org/own,istio.io/istio", "-mod=mod"),
        ]
        assert not Path(words[-1]).is_relative_to(TOOLS)

    def test_another_content_than_the_pinned_one_is_an_error_with_both_sums(self, tmp_path: Path) -> None:
        go = fake_go(tmp_path, checksum="h1:other=")

        with pytest.raises(SandboxError) as caught:
            go.pinned_module_folder("istio.io/istio", "v0.0.0-1", SUM)

        assert str(caught.value) == (
            "istio.io/istio v0.0.0-1 is h1:other=, pinned is h1:pinned=.\n"
            "Check GOPROXY, run `go clean -modcache`, then run the same command again."
        )


class TestCharts:
    def test_releases_with_programs_are_pinned_by_their_go_mod_and_nowhere_else(self) -> None:
        text = Path(istio_files.__file__).read_text()

        for tool in ISTIO_TOOLS.values():
            version = re.search(r"istio\.io/istio (v0\S+)", (TOOLS / tool.folder / "go.mod").read_text())
            assert version is not None
            assert version[1] not in text

    def test_an_unknown_release_is_an_error_that_lists_those_that_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(SandboxError, match=re.escape(f"there are: {', '.join(CHART_RELEASES)}.")):
            extract_istio("1.99.0", fake_go(tmp_path))

    @pytest.mark.parametrize("release", CHART_RELEASES)
    def test_genuine_charts_name_their_release_as_the_published_ones_do(self, release: str) -> None:
        istio = Istio.obtain(release)
        before_1_6 = (istio.charts / "istio").exists()

        documents = istio.render("istio", WITHOUT_GATEWAYS) if before_1_6 else istio.render("istiod", {})

        images = {
            container["image"]
            for deployment in of_kind(documents, "Deployment")
            for container in deployment["spec"]["template"]["spec"]["containers"]
        }
        assert f"docker.io/istio/pilot:{release}" in images
        assert not any("latest" in image or "gcr.io" in image for image in images)
        for chart in istio.charts.iterdir():
            assert f"\nversion: {release}\n" in (chart / "Chart.yaml").read_text()
