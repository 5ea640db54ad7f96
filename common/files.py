"""Reading files that somebody names: always to an end, and never more than is bearable.

A path may lead to a device that never ends, to a pipe that nobody writes to, or to a file larger than memory.
"""

import os
import stat
from pathlib import Path
from typing import Any, Final

import yaml

#: Bytes of the largest file that is read: what fits into a Secret, where most of them end
#: (https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size).
LARGEST: Final = 1 << 20

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


class UnreadableFileError(ValueError):
    """A file can't be read; the message says why, and doesn't repeat its name."""


def read_file(path: Path, largest: int = LARGEST) -> bytes:
    """Return what is in a regular file of at most `largest` bytes; a link is followed.

    Raises:
        UnreadableFileError: if there is no such file, it can't be opened, is of another kind, or is larger.
    """
    try:
        _check(path.stat(), largest)  # beforehand, since opening a device or a pipe does something to it
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY), "rb") as file:
            content = file.read(largest + 1)  # files of the kernel say that they are empty, and are not
    except OSError as error:
        raise UnreadableFileError(error.strerror or "it can't be opened") from error
    if len(content) > largest:
        raise UnreadableFileError(_too_large(largest))
    return content


def read_text(path: Path, largest: int = LARGEST) -> str:
    """Return the text of a file, as `read_file` reads it.

    Raises:
        UnreadableFileError: as `read_file` does, and if it is no text in UTF-8.
    """
    try:
        return read_file(path, largest).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFileError("it is no text in UTF-8") from error


def read_yaml(path: Path) -> Any:
    """Return what a file of YAML says.

    Raises:
        UnreadableFileError: as `read_text` and `parse_yaml` do.
    """
    return parse_yaml(read_text(path))


def parse_yaml(text: str) -> Any:
    """Return what YAML says.

    Raises:
        UnreadableFileError: if it is none, is nested too deep, or has merge keys (`<<`), by which a few lines can mean
            more than fits into memory.
    """
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - it is PyYAML's safe one, and refuses more
    except RecursionError as error:
        raise UnreadableFileError("it is nested too deep") from error
    except UnreadableFileError:
        raise
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-02-30
        raise UnreadableFileError("it is not YAML") from error


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, without merge keys."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
            raise UnreadableFileError("it has merge keys (<<)")


def _check(status: os.stat_result, largest: int) -> None:
    kind = next((words for is_it, words in _KINDS if is_it(status.st_mode)), None)
    if kind:
        raise UnreadableFileError(f"it is {kind}, not a regular file")
    if status.st_size > largest:
        raise UnreadableFileError(_too_large(largest))


def _too_large(largest: int) -> str:
    return f"it is larger than {largest >> 20} MiB"
