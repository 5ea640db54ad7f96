"""Layers of Debian packages: the packages with all that they depend on, unpacked."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo.images.run import run

#: Folders of a root file system that are links into /usr (https://wiki.debian.org/UsrMerge).
_MERGED: Final = ("bin", "sbin", "lib", "lib64")

#: What no container needs.
_LEFT_OUT: Final = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/lintian")

#: The user that every image has; images name others by number.
_USERS: Final = "root:x:0:0:root:/root:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"


@dataclass(frozen=True)
class DebianPackages:
    """Debian packages and their dependencies, as this machine's package lists have them.

    No maintainer script runs, so nothing is configured: enough for programs and libraries.

    Arguments:
        name: the layer's name.
        packages: names of packages.
        seconds: expected seconds.
    """

    name: str
    packages: tuple[str, ...]
    seconds: float

    def origin(self) -> str:
        """Return the packages' names: newer versions come only with a new layer (`make clean`)."""
        return " ".join(("debian", *self.packages, *_LEFT_OUT))

    def write(self, folder: Path) -> None:
        """Download and unpack."""
        work = folder.parent / "debian"
        (work / "archives" / "partial").mkdir(parents=True)
        (work / "status").touch()
        options = {
            "Dir::State::status": work / "status",  # as if nothing were installed, so that nothing is left out
            "Dir::Cache::archives": work / "archives",
            "Debug::NoLocking": "1",  # nothing of this machine is changed
            "APT::Sandbox::User": "root",
        }
        apt = ["apt-get", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]
        arguments = ["install", "--download-only", "--no-install-recommends", "--yes", *self.packages]
        run("download Debian's packages", [*apt, *arguments], work, {"DEBIAN_FRONTEND": "noninteractive"})
        for archive in sorted((work / "archives").glob("*.deb")):
            run("unpack Debian's packages", ["dpkg-deb", "--extract", archive, folder], work)
            merge_into_usr(folder)
        for path in _LEFT_OUT:
            shutil.rmtree(folder / path, ignore_errors=True)
        (folder / "etc").mkdir(exist_ok=True)
        (folder / "etc" / "passwd").write_text(_USERS, encoding="utf-8")
        (folder / "tmp").mkdir(exist_ok=True)
        (folder / "tmp").chmod(0o1777)
        run("link the libraries", ["ldconfig", "-r", folder], work)


def merge_into_usr(root: Path) -> None:
    """Move /bin, /lib and their like into /usr and leave links, as an installed Debian has them; packages don't."""
    for name in _MERGED:
        source, target = root / name, root / "usr" / name
        if source.is_symlink():
            continue
        if source.exists():
            _move(source, target)
            shutil.rmtree(source)
        target.mkdir(parents=True, exist_ok=True)
        source.symlink_to(f"usr/{name}")


def _move(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in os.scandir(source):
        destination = target / entry.name
        if entry.is_dir(follow_symlinks=False) and destination.is_dir():
            _move(Path(entry.path), destination)
        else:
            Path(entry.path).replace(destination)
