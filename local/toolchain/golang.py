"""The Go command: whether it is there and new enough, and the environment that it runs in."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.version import InvalidVersion, Version
from psutil import virtual_memory

from local.errors import SandboxError
from local.paths import TOOLS
from local.processes import answer_of


@dataclass(frozen=True)
class Go:
    """The Go command of this machine.

    Arguments:
        executable: its path.
        version: what it calls itself, for example `go1.26.8`.
        platform: the system and processor it builds for, for example `linux/amd64`.
        build_cache: folder of its build cache (GOCACHE).
    """

    executable: str
    version: str
    platform: str
    build_cache: Path
    environment: Mapping[str, str] = field(repr=False)

    def module_folder(self, tool: str, module: str) -> Path:
        """Return the folder with the sources of `module`, downloaded if needed; the go.mod of `tool` names the version.

        Raises:
            SandboxError: if it cannot be downloaded.
        """
        return Path(self._download(module, TOOLS / tool, self.environment)["Dir"])

    def pinned_module_folder(self, module: str, version: str, checksum: str) -> Path:
        """Return the folder with the sources of a module that no go.mod names, downloaded if needed.

        Arguments:
            module: the module's path.
            version: its version.
            checksum: what go.sum would pin it with, for example `h1:+kz4nwCU…=`; the checksum database is not asked,
                which does not know every commit.

        Raises:
            SandboxError: if it cannot be downloaded, or is not what the checksum pins.
        """
        unknown = ",".join(filter(None, (self.environment.get("GONOSUMDB"), module)))
        environment = {**self.environment, "GONOSUMDB": unknown, "GOFLAGS": "-mod=mod"}
        with tempfile.TemporaryDirectory() as outside:  # of every go.mod
            answer = self._download(f"{module}@{version}", Path(outside), environment)
        if answer["Sum"] != checksum:
            raise SandboxError(
                f"{module} {version} is {answer['Sum']}, pinned is {checksum}.\n"
                "Check GOPROXY, run `go clean -modcache`, then run the same command again."
            )
        return Path(answer["Dir"])

    def _download(self, query: str, folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
        answer = answer_of([self.executable, "mod", "download", "-json", query], environment, folder)
        if answer.returncode != 0:
            reason = (_json(answer.stdout).get("Error") or answer.stderr).strip()
            raise SandboxError(
                f"The sources of {query} could not be downloaded: {reason}\n"
                "Check the network and GOPROXY, then run the same command again."
            )
        return _json(answer.stdout)


def find_go() -> Go:
    """Find the Go command.

    Raises:
        SandboxError: in one line, if there is none or it is older than the tools' go.mod files ask for.
    """
    wanted = wanted_go_version()
    executable = shutil.which("go")
    if executable is None:
        raise SandboxError(
            f"Go {wanted} or newer is needed to build the sandbox's programs: install it (https://go.dev/dl)."
        )
    environment = go_environment(os.environ)
    names = ("GOVERSION", "GOOS", "GOARCH", "GOCACHE")
    answer = answer_of([executable, "env", "-json", *names], environment)
    if answer.returncode != 0:
        raise SandboxError(
            f"{executable} does not work: {answer.stderr.strip()}\nInstall Go {wanted} or newer (https://go.dev/dl)."
        )
    values = _json(answer.stdout)
    if not is_new_enough(values["GOVERSION"], wanted):
        raise SandboxError(
            f"Go {wanted} or newer is needed to build the sandbox's programs, {executable} is {values['GOVERSION']}: "
            "install a newer one (https://go.dev/dl)."
        )
    return Go(
        executable=executable,
        version=values["GOVERSION"],
        platform=f"{values['GOOS']}/{values['GOARCH']}",
        build_cache=Path(values["GOCACHE"]),
        environment=environment,
    )


def wanted_go_version() -> str:
    """Return the newest Go version that a go.mod of the toolchain asks for, for example `1.26.0`."""
    asked = (
        re.search(r"^go (\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE) for file in TOOLS.glob("*/go.mod")
    )
    return str(max(Version(match[1]) for match in asked if match))


def is_new_enough(go_version: str, wanted: str) -> bool:
    """Tell whether `go_version` (`go1.26.8`, `go1.27rc1`) is `wanted` or newer; a development build counts as new."""
    match = re.match(r"go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)", go_version)
    if match is None:
        return True
    try:
        return Version(match[1]) >= Version(wanted)
    except InvalidVersion:
        return True


def go_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for Go: the user's proxy, caches and network settings, and the build settings of ours."""
    return {
        # Does not enter the build cache's keys.
        "GOGC": _garbage_collection(virtual_memory().total, os.cpu_count() or 1),
        **base,
        "CGO_ENABLED": "0",  # no C compiler is needed, and the programs run on any Linux
        "GOFLAGS": "-mod=readonly",  # also overrides flags that the user has set with `go env -w`
        "GOTOOLCHAIN": "local",  # never download another Go
        "GOWORK": "off",
    }


#: Bytes of memory that the largest process of the provider's build takes, which is the linker, and that a compiler of a
#: large package takes, both with `GOGC=400` (`docs/decisions/0004-sandbox-from-go-modules.md`).
_LINKER: Final = 4_280_000_000
_COMPILER: Final = 860_000_000


def _garbage_collection(memory: int, processors: int) -> str:
    """Return how far Go's compiler lets its heap grow between two collections, in percent, by the machine's memory.

    With 400 large generated packages take a fifth to a quarter less CPU time. It is chosen where there is memory
    for the largest process and a compiler on each further processor, since Go starts as many as there are processors.

    Arguments:
        memory: the machine's memory in bytes.
        processors: how many there are.
    """
    return "400" if memory >= _LINKER + _COMPILER * (processors - 1) else "100"


def _json(text: str) -> dict[str, str]:
    try:
        return json.loads(text)
    except ValueError:
        return {}
