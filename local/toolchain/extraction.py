"""Taking files out of Go's module cache, which is read-only and may be emptied: completely or not at all."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def once(folder: Path, origin: str, write: Callable[[Path], None]) -> None:
    """Make `folder` with `write`, completely or not at all.

    Arguments:
        folder: the folder to make.
        origin: everything that decides what is written; the folder is made again only when this text changes.
        write: writes the files into the folder that it is given.
    """
    mark = folder / ".origin"
    if mark.exists() and mark.read_text(encoding="utf-8") == origin:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".fresh-"))
    try:
        write(fresh)
        (fresh / mark.name).write_text(origin, encoding="utf-8")
        fresh.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder without its permissions: files of Go's module cache are read-only."""
    for file in source.rglob("*"):
        if file.is_file():
            copy_file(file, target / file.relative_to(source))


def copy_file(source: Path, target: Path) -> None:
    """Copy a file without its permissions, into folders that are made where they are missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
