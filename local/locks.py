"""One run at a time: a lock on a file that the kernel releases when its holder ends, however it ends."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from local.console import say


@contextmanager
def exclusive(lock_file: Path, purpose: str) -> Generator[None]:
    """Hold the lock of `lock_file` during the enclosed block; wait for another holder and say so.

    The block may remove the file, or the folder that it lies in: whoever waited then starts on a new one.

    Arguments:
        lock_file: the file, made where it is missing, together with its folder.
        purpose: what the holder does, for the line that a waiting run prints: `is building the toolchain`.
    """
    descriptor = _acquire(lock_file, purpose)
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def _acquire(lock_file: Path, purpose: str) -> int:
    while True:
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:  # the folder was removed in between
            continue
        try:
            _wait_for(descriptor, lock_file, purpose)
        except BaseException:
            os.close(descriptor)
            raise
        if _is_still(descriptor, lock_file):
            return descriptor
        os.close(descriptor)


def _wait_for(descriptor: int, lock_file: Path, purpose: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = lock_file.read_text(encoding="utf-8") if lock_file.exists() else ""
        who = f" (process {holder})" if holder else ""
        say(f"another run{who} {purpose}; waiting until it is done")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _is_still(descriptor: int, lock_file: Path) -> bool:
    """Tell whether the locked file is the one that the path names, and was not removed by its last holder."""
    try:
        return os.path.samestat(os.fstat(descriptor), lock_file.stat())
    except FileNotFoundError:
        return False
