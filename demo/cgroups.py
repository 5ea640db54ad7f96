"""The control group that holds all Pods of one node, in every hierarchy of this machine."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local.waiting import holds_within

_ROOT: Final = Path("/sys/fs/cgroup")

#: The group's share of a busy processor, where one process has 1024. All Pods together are some forty processes;
#: without this they have the share of one, and on a busy machine their requests run out of time.
_SHARES: Final = "16384"

#: Seconds that the kernel may take to empty a group whose processes were killed.
_PATIENCE: Final = 10.0


def make_cgroup(name: str) -> None:
    """Make the group where it does not exist."""
    for hierarchy in _hierarchies():
        (hierarchy / name).mkdir(exist_ok=True)
        shares = hierarchy / name / "cpu.shares"  # version 1; in version 2 every program stands in some group
        if shares.exists():
            shares.write_text(_SHARES, encoding="utf-8")


def remove_cgroup(name: str) -> None:
    """Remove the group with all groups in it, as soon as no process is in them any more."""
    holds_within(_PATIENCE, lambda: not _remaining(name))


def exists(name: str) -> bool:
    """Tell whether anything of the group is left."""
    return any((hierarchy / name).exists() for hierarchy in _hierarchies())


def _remaining(name: str) -> bool:
    for hierarchy in _hierarchies():
        for folder, _, _ in os.walk(hierarchy / name, topdown=False):
            with contextlib.suppress(OSError):  # a process in it is still ending
                Path(folder).rmdir()
    return exists(name)


def _hierarchies() -> Iterator[Path]:
    """Yield the tops: one with control groups of version 2, otherwise one for each controller."""
    if (_ROOT / "cgroup.controllers").exists():
        yield _ROOT
        return
    for folder in sorted(_ROOT.iterdir()) if _ROOT.exists() else []:
        if folder.is_dir() and not folder.is_symlink() and (folder / "cgroup.procs").exists():
            yield folder
