"""The toolchain: programs from PATH where they fit, the others built once, all of them in one folder."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox import sources
from sandbox.console import say
from sandbox.errors import SandboxError
from sandbox.gobuild import build
from sandbox.golang import Go, find_go
from sandbox.locks import exclusive
from sandbox.path_programs import found_on_path, install_provider_plugin
from sandbox.paths import TOOLCHAIN, TOOLS, shown
from sandbox.programs import ISTIO_TOOLS, PROGRAMS, PROVIDER_VERSION, Program, Purpose

#: Space that building everything takes, in GB, measured with Go 1.26 from empty caches: 12 in Go's build cache, 4 in
#: its module cache, 1 for the programs.
COLD_BUILD_GB: Final = 17.0

_BIN: Final = TOOLCHAIN / "bin"
_LANGUAGE_HOST: Final = "pulumi-language-python"
_PROVIDER: Final = "pulumi-resource-kubernetes"


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

    def charts(self, release: str) -> Path:
        """Return the folder with the charts `base` and `istiod` of Istio `release`."""
        return sources.istio_folder(release) / "charts"

    def samples(self, release: str) -> Path:
        """Return the folder `samples` of Istio `release`, which holds Bookinfo's own manifests."""
        return sources.istio_folder(release) / "samples"


def ensure(purposes: Sequence[Purpose] = (Purpose.UP,), only: Iterable[str] | None = None) -> Toolchain:
    """Make the toolchain complete and return it; fast when it already is.

    Arguments:
        purposes: what it is needed for.
        only: names of the programs that are needed; default: all that serve the purposes.

    Raises:
        SandboxError: if Go is missing, or a build or download fails.
    """
    chosen = set(only) if only is not None else None
    wanted = [row for row in PROGRAMS if row.purpose in purposes and (chosen is None or row.name in chosen)]
    with exclusive(TOOLCHAIN / "lock", "is building the toolchain"):
        given = found_on_path([row.name for row in wanted if row.on_path])
        for name in given:
            (_BIN / name).unlink(missing_ok=True)
        needed = [row for row in wanted if row.name not in given]
        if "pulumi" in given and install_provider_plugin(given["pulumi"], Toolchain().plugins.parent):
            needed = [row for row in needed if row.name != _PROVIDER]
        go = find_go()
        _build_missing(needed, go)
        _extract(go)
        for row in needed:
            _publish(row, go)
    say(f"toolchain: {len(wanted)} programs ready in {shown(_BIN)}" + _given_text(given))
    return Toolchain()


def fingerprint(program: Program, go_version: str, platform: str) -> str:
    """Return a short hash of everything that decides what a build makes; a built program lies under it."""
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum", "main.go"):
        file = TOOLS / program.tool / name
        digest.update(file.read_bytes() if file.exists() else b"")
        digest.update(b"\0")
    digest.update("\0".join((program.package, program.linker_flags, go_version, platform)).encode())
    return digest.hexdigest()[:12]


def space_warning(minutes_to_build: float, free_gb: float) -> str | None:
    """Return a warning if Go's caches need more space for these builds than is free; None if there is enough.

    Arguments:
        minutes_to_build: expected minutes of all builds to come, by which the space is estimated.
        free_gb: free space where Go's build cache lies, in GB.
    """
    needed = COLD_BUILD_GB * minutes_to_build / sum(row.minutes for row in PROGRAMS)
    if free_gb >= needed:
        return None
    return f"warning: building may need {needed:.0f} GB, and only {free_gb:.1f} GB are free"


def _build_missing(programs: Sequence[Program], go: Go) -> None:
    missing = [row for row in programs if not (_folder(row, go) / row.name).exists()]
    if not missing:
        return
    minutes = sum(row.minutes for row in missing)
    say(
        f"to build: {', '.join(row.name for row in missing)}; about {minutes:.0f} min with empty caches on 2 cores, "
        "an interrupted run goes on where it stopped"
    )
    existing = next(folder for folder in (go.build_cache, *go.build_cache.parents) if folder.exists())
    warning = space_warning(minutes, shutil.disk_usage(existing).free / 1e9)
    if warning:
        say(warning)
    for row in missing:
        _build(row, go)


def _build(program: Program, go: Go) -> None:
    """Build into a temporary folder and rename it, so that what has a final name is complete."""
    logs = TOOLCHAIN / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=TOOLCHAIN, prefix=f".{program.name}-"))
    try:
        build(program, fresh / program.name, logs / f"{program.name}.log", go)
        if program.name == _LANGUAGE_HOST:
            sources.copy_python_shim(fresh, go)
        fresh.chmod(0o755)
        fresh.rename(_folder(program, go))
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _extract(go: Go) -> None:
    sources.extract_kwok_stages(go)
    for release in ISTIO_TOOLS:
        sources.extract_istio(release, go)


def _publish(program: Program, go: Go) -> None:
    """Link the built files to the places where they are looked for.

    Hard links, because Pulumi looks for its language hosts beside the file that its own links lead to.
    """
    provider_folder = Toolchain().plugins / f"resource-kubernetes-v{PROVIDER_VERSION}"
    folder = provider_folder if program.name == _PROVIDER else _BIN
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
