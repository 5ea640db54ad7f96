"""Whatever a path leads to, reading it ends, and is explained where nothing can be read."""

import os
import re
import socket
from pathlib import Path

import pytest

from common.files import LARGEST, UnreadableFileError, read_file, read_text, read_yaml


def test_file_is_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")

    assert read_file(tmp_path / "link") == b"content"


def test_largest_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(LARGEST))

    assert len(read_file(tmp_path / "file")) == LARGEST


def test_larger_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(LARGEST + 1))

    assert refusal(tmp_path / "file") == "it is larger than 1 MiB"


def test_sparse_file_larger_than_memory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.truncate(tmp_path / "file", 1 << 40)

    assert refusal(tmp_path / "file") == "it is larger than 1 MiB"


def test_file_of_the_kernel_that_seems_empty_is_refused_where_it_is_too_large() -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    with pytest.raises(UnreadableFileError, match="it is larger than "):
        read_file(Path("/proc/self/status"), 8)


def test_file_that_may_be_larger_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(LARGEST + 1))

    assert len(read_text(tmp_path / "file", LARGEST + 1)) == LARGEST + 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/zero", "it is a device, not a regular file"),
        ("/dev/null", "it is a device, not a regular file"),
        ("device", "it is a device, not a regular file"),
        ("pipe", "it is a pipe, not a regular file"),
        ("socket", "it is a socket, not a regular file"),
        (".", "it is a folder, not a regular file"),
        ("gone", "No such file or directory"),
        ("dangling", "No such file or directory"),
        ("circle", "Too many levels of symbolic links"),
        ("x" * 300, "File name too long"),
    ],
)
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("device").symlink_to("/dev/zero")
    Path("dangling").symlink_to("gone")
    Path("circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")

        assert refusal(Path(path)) == reason


def test_text_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"caf\xe9")

    with pytest.raises(UnreadableFileError, match="it is no text in UTF-8"):
        read_text(tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "it is not YAML"),
        ("a: 2026-02-30", "it is not YAML"),
        ("!!python/none x", "it is not YAML"),
        ("[" * 9999, "it is nested too deep"),
        ("a: &a {b: c}\nd: {<<: *a}", "it has merge keys (<<)"),
    ],
)
def test_yaml_that_is_none_or_takes_forever_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "file").write_text(text)

    with pytest.raises(UnreadableFileError, match=re.escape(reason)):
        read_yaml(tmp_path / "file")


def test_yaml_with_an_alias_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a: &a [1]\nb: *a")

    assert read_yaml(tmp_path / "file") == {"a": [1], "b": [1]}


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read_file(path)
    return str(caught.value)
