"""The toolchain: programs from PATH where they fit, the others built once, all of them in one folder."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.console import say
from local.errors import SandboxError
from local.locks import exclusive
from local.paths import TOOLCHAIN, shown
from local.toolchain.extraction import copy_file
from local.toolchain.gateway_api_files import extract_gateway_api_crds
from local.toolchain.gobuild import COMPILING, build
from local.toolchain.golang import Go, find_go
from local.toolchain.istio_files import extract_istio, istio_folder
from local.toolchain.kwok_files import extract_kwok_stages
from local.toolchain.path_programs import found_on_path, install_provider_plugin
from local.toolchain.programs import ISTIO_TOOLS, LANGUAGE_HOST, PROGRAMS, PROVIDER, PROVIDER_VERSION, Program, Purpose

_BIN: Final = TOOLCHAIN / "bin"

#: Name of a folder with a built program: the program's name and the fingerprint of its sources.
_BUILT: Final = re.compile(r".+-[0-9a-f]{12}")


#: The script that the Python language host starts for a program, and the module that holds it.
_SHIM: Final = "pulumi-language-python-exec"
_SHIM_MODULE: Final = "github.com/pulumi/pulumi/sdk/v3"


@dataclass(frozen=True)
class Toolchain:
    """The programs, ready to run.

    Arguments:
        bin: the folder that goes in front of PATH.
        plugins: Pulumi's plugin folder, with the Kubernetes provider in it.
    """

    bin: Path = _BIN
    plugins: Path = TOOLCHAIN / "pulumi" / "plugins"

    @property
    def search_path(self) -> str:
        """PATH with the toolchain's programs first."""
        return f"{self.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}"

    def program(self, name: str) -> Path:
        """Return the path of a program: from the toolchain, or else from PATH.

        Raises:
            SandboxError: if it is in neither.
        """
        own = self.bin / name
        found = str(own) if own.exists() else shutil.which(name)
        if found is None:
            raise SandboxError(f"{name} is missing: run `make up` or `make test`, which build it.")
        return Path(found)

    def istiod(self, release: str) -> Path:
        """Return the path of istiod (`pilot-discovery`) of Istio `release`."""
        return self.program(f"pilot-discovery-{release}")

    def istioctl(self, release: str) -> Path:
        """Return the path of istioctl of Istio `release`."""
        return self.program(f"istioctl-{release}")

    def mesh_check(self, release: str) -> Path:
        """Return the path of the program that tells whether Istio `release` accepts a mesh configuration."""
        return self.program(f"mesh-check-{release}")

    def charts(self, release: str) -> Path:
        """Return the folder with the charts of Istio `release`: `base` and `istiod`, or up to 1.5 `istio`."""
        return istio_folder(release) / "charts"

    def samples(self, release: str) -> Path:
        """Return the folder `samples` of Istio `release`, which holds Bookinfo's own manifests."""
        return istio_folder(release) / "samples"


def ensure(
    purposes: Sequence[Purpose] = (Purpose.UP,),
    only: Iterable[str] | None = None,
    releases: Iterable[str] = ISTIO_TOOLS,
) -> Toolchain:
    """Make the toolchain complete and return it; fast when it already is.

    Arguments:
        purposes: what it is needed for.
        only: names of the programs that are needed, of which nothing is said where they are there; default: all that
            serve the purposes.
        releases: the Istio releases whose programs and charts are needed, of `istio_files.CHART_RELEASES`; default: all
            that programs are built of.

    Raises:
        SandboxError: if Go is missing, a build or download fails, or a release is unknown.
    """
    releases = list(releases)
    wanted = selected(purposes, only, releases)
    with exclusive(TOOLCHAIN / "lock", "is building the toolchain"):
        given = found_on_path(wanted)
        for name in given:
            (_BIN / name).unlink(missing_ok=True)
        needed = [row for row in wanted if row.name not in given]
        if "pulumi" in given and install_provider_plugin(given["pulumi"], Toolchain().plugins.parent):
            needed = [row for row in needed if row.name != PROVIDER]
        go = find_go()
        built = _build_missing(needed, go)
        extract_kwok_stages(go)
        extract_gateway_api_crds(go)
        for release in releases:
            extract_istio(release, go)
        for row in needed:
            _publish(row, go)
        if built:
            remove_unused(TOOLCHAIN, {_folder(row, go).name for row in PROGRAMS})
    if only is None:
        say(f"toolchain: {len(wanted)} programs ready in {shown(_BIN)}" + _given_text(given))
    return Toolchain()


def selected(purposes: Sequence[Purpose], only: Iterable[str] | None, releases: Iterable[str]) -> list[Program]:
    """Return the programs that `ensure` makes sure of; its arguments."""
    names, of_istio = set(only) if only is not None else None, {None, *releases}
    wanted = {*purposes, Purpose.DEMO} if Purpose.TEST in purposes else set(purposes)  # the tests need everything
    return [
        row
        for row in PROGRAMS
        if row.purpose in wanted and (names is None or row.name in names) and row.istio_release in of_istio
    ]


def remove_unused(folder: Path, used: Container[str]) -> None:
    """Remove what was built from earlier sources; its programs in `bin` stay until newer ones replace them.

    The folder belongs to one checkout, so nobody else uses what this one's table does not name.

    Arguments:
        folder: the toolchain's folder.
        used: names of the folders in it that hold the programs of the table as it is now.
    """
    for entry in folder.iterdir():
        if _BUILT.fullmatch(entry.name) and entry.name not in used:
            shutil.rmtree(entry)


def fingerprint(program: Program, go_version: str, platform: str) -> str:
    """Return a short hash of everything that decides what a build makes; a built program lies under it."""
    digest = hashlib.sha256()
    for file in program.own_files:
        digest.update(file.read_bytes() if file.exists() else b"")
        digest.update(b"\0")
    digest.update("\0".join((program.package, program.linker_flags, *COMPILING, go_version, platform)).encode())
    return digest.hexdigest()[:12]


def _build_missing(programs: Sequence[Program], go: Go) -> bool:
    """Build what is not built yet, tool by tool; tell whether there was anything."""
    missing = [row for row in programs if not (_folder(row, go) / row.name).exists()]
    if missing:
        names = ", ".join(row.name for row in missing)
        say(f"to build: {names}; an interrupted run goes on where it stopped")
    together: dict[tuple[str, str], list[Program]] = {}
    for row in missing:
        together.setdefault((row.tool, row.package if row.is_file else ""), []).append(row)
    for rows in together.values():
        _build(rows, go)
    return bool(missing)


def _build(programs: Sequence[Program], go: Go) -> None:
    """Build into a temporary folder and rename what is complete, so that what has a final name is."""
    logs = TOOLCHAIN / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLCHAIN, prefix=".build-") as folder:
        build(programs, Path(folder), logs / f"{programs[0].name}.log", go)
        for program in programs:
            fresh = Path(folder) / f"{program.name}-complete"
            fresh.mkdir()
            (Path(folder) / program.built_name).rename(fresh / program.name)
            if program.name == LANGUAGE_HOST:
                _add_shim(fresh, go)
            fresh.rename(_folder(program, go))


def _add_shim(folder: Path, go: Go) -> None:
    """Put the language host's script beside the language host."""
    source = go.module_folder(LANGUAGE_HOST, _SHIM_MODULE) / "python" / "cmd" / _SHIM
    copy_file(source, folder / _SHIM)
    (folder / _SHIM).chmod(0o755)


def _publish(program: Program, go: Go) -> None:
    """Link the built files to the places where they are looked for.

    Hard links, because Pulumi looks for its language hosts beside the file that its own links lead to.
    """
    provider_folder = Toolchain().plugins / f"resource-kubernetes-v{PROVIDER_VERSION}"
    folder = provider_folder if program.name == PROVIDER else _BIN
    for file in _folder(program, go).iterdir():
        _link(file, folder / file.name)


def _link(source: Path, target: Path) -> None:
    if target.exists() and target.samefile(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    os.link(source, fresh)
    fresh.replace(target)


def _folder(program: Program, go: Go) -> Path:
    return TOOLCHAIN / f"{program.name}-{fingerprint(program, go.version, go.platform)}"


def _given_text(given: dict[str, Path]) -> str:
    return f"; from PATH: {', '.join(sorted(given))}" if given else ""
