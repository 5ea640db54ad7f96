"""Building: a fake `go` stands in for the real one, so that every outcome can be had in a moment."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.errors import SandboxError
from local.processes import gone_within
from local.toolchain import gobuild, golang
from local.toolchain.gobuild import (
    BYTES_ON_DISK,
    BYTES_PER_SECOND,
    Work,
    advice,
    build,
    minutes_left,
    space_warning,
)
from local.toolchain.golang import Go, find_go, go_environment, is_new_enough
from local.toolchain.programs import PROGRAMS, Program


def row(name: str) -> Program:
    return next(program for program in PROGRAMS if program.name == name)


@pytest.fixture
def etcd() -> Program:
    return row("etcd")


def fake_go(folder: Path, script: str) -> Go:
    """Make a `go` that runs a shell script; `$1` is the verb and `$OUTPUT` the folder to build into."""
    executable = folder / "go"
    executable.write_text(f'#!/bin/sh\nfor OUTPUT; do case "$LAST" in -o) break;; esac; LAST=$OUTPUT; done\n{script}\n')
    executable.chmod(0o755)
    return Go(str(executable), "go1.26.0", "linux/amd64", folder, dict(os.environ))


def test_programs_of_a_tool_are_built_in_one_go_and_announced_with_their_sources(
    tmp_path: Path, etcd: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    kwok = row("kwok")
    script = f'echo "$@" >>{tmp_path}/called; if [ "$1" = build ]; then echo program >"$OUTPUT/server"; fi'
    go = fake_go(tmp_path, script)

    build([etcd, kwok], tmp_path, tmp_path / "etcd.log", go)

    assert (tmp_path / "server").read_text() == "program\n"
    announced = capsys.readouterr().err.splitlines()[0]
    assert announced == "building etcd (go.etcd.io/etcd/server/v3 v3.6.8), kwok (sigs.k8s.io/kwok v0.8.0)"
    listed, built = (tmp_path / "called").read_text().splitlines()
    assert listed.startswith("list -deps ")
    assert built.startswith("build -v -trimpath -buildvcs=false -gcflags=all=-dwarf=false ")
    assert built.endswith(f"-o {tmp_path}/ go.etcd.io/etcd/server/v3 sigs.k8s.io/kwok/cmd/kwok")


def test_a_failed_build_says_which_programs_what_went_wrong_and_what_to_do(tmp_path: Path, etcd: Program) -> None:
    lines = "; ".join(f"echo 'error {number}' >&2" for number in range(20))
    failing = f'echo a/b >&2; {lines}; echo "no space left on device" >&2; exit 1'
    go = fake_go(tmp_path, f'if [ "$1" = build ]; then {failing}; fi')

    with pytest.raises(SandboxError) as caught:
        build([etcd], tmp_path, tmp_path / "etcd.log", go)

    message = str(caught.value)
    assert message.startswith("Building etcd (go.etcd.io/etcd/server/v3 v3.6.8) failed:\n    error 6\n")
    assert f"Whole log: {tmp_path / 'etcd.log'}\n" in message
    assert message.endswith("run it again.")
    assert "The disk is full" in message


def test_a_failed_download_is_told_apart_from_a_failed_build(tmp_path: Path, etcd: Program) -> None:
    go = fake_go(tmp_path, 'echo "dial tcp: lookup proxy: no such host" >&2; exit 1')

    with pytest.raises(SandboxError, match="check the network and GOPROXY"):
        build([etcd], tmp_path, tmp_path / "etcd.log", go)


def test_an_interrupted_build_leaves_no_process_behind(tmp_path: Path, etcd: Program) -> None:
    pid_file = tmp_path / "pid"
    go = fake_go(tmp_path, f'if [ "$1" = build ]; then sleep 600 & echo $! >{pid_file}; wait; fi')

    def interrupt(_text: str) -> None:
        if pid_file.exists():
            raise KeyboardInterrupt

    job = gobuild._Job([etcd], go, tmp_path / "etcd.log")  # pyright: ignore[reportPrivateUsage] - the part that can be interrupted
    with pytest.raises(KeyboardInterrupt):
        job.run([go.executable, "build", "-o", "x"], interrupt)

    assert gone_within(int(pid_file.read_text()), seconds=5)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("compile: write /tmp/x: no space left on device", "disk is full"),
        ("link: signal: killed", "out of memory"),
        ("verifying module: checksum mismatch", "differs from what go.sum pins"),
        ("reading https://proxy/x: 503 Service Unavailable", "check the network and GOPROXY"),
        ("a.go:4:2: could not import fmt (open /c/go-build/ab/ab-d: no such file or directory)", "caches vanished"),
        ("x.go:1:1: syntax error", "goes on where it stopped"),
        ("# example.com/with 503 in its name", "goes on where it stopped"),
    ],
    ids=["disk", "memory", "checksum", "network", "cache", "syntax", "name"],
)
def test_the_advice_fits_the_failure(log: str, words: str) -> None:
    assert words in advice(log)


def test_work_is_measured_by_the_sources_that_are_still_to_be_compiled(tmp_path: Path) -> None:
    for name, size in (("a.go", 300), ("b.go", 100), ("c.go", 600)):
        (tmp_path / name).write_text("x" * size)

    work = Work.listed(f"example.org/a|{tmp_path}|a.go|b.go\n\nexample.org/c|{tmp_path}|c.go\n\n")

    log = "go: downloading example.org/a v1.2.3\nexample.org/a\n# example.org/b\nexample.org/b\n\ta.go:1: warning\n"
    assert work.sizes == {"example.org/a": 400, "example.org/c": 600}
    assert work.total == 1000
    assert work.done(log) == 400


@pytest.mark.parametrize(
    ("done", "seconds", "minutes"),
    [(0, 0, 10), (60_000_000, 300, 5), (60_000_000, 600, 7.5), (90_000_000, 540, 2.875), (120_000_000, 600, 0)],
    ids=["at first", "as usual", "half as fast", "a little slower", "done"],
)
def test_minutes_are_estimated_by_what_is_usual_and_then_by_the_pace(done: int, seconds: float, minutes: float) -> None:
    assert minutes_left(2 * 600 * BYTES_PER_SECOND, done * BYTES_PER_SECOND // 100_000, seconds, 2) == minutes


class TestSpaceWarning:
    def test_there_is_none_when_nothing_is_to_build(self) -> None:
        assert space_warning(bytes_to_compile=0, free_gb=0.1) is None

    def test_a_cold_build_on_a_full_disk_warns_with_both_figures(self) -> None:
        warning = space_warning(int(9e9 / BYTES_ON_DISK), free_gb=1.5)

        assert warning == "warning: building may need 9 GB, and only 1.5 GB are free"


@pytest.mark.parametrize(
    ("found", "enough"),
    [("go1.26.0", True), ("go1.26.8", True), ("go1.27rc1", True), ("go1.25.9", False), ("devel go1.28-abc", True)],
)
def test_go_versions_are_compared_as_versions(found: str, *, enough: bool) -> None:
    assert is_new_enough(found, "1.26.0") is enough


def test_a_missing_go_is_one_line_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SandboxError) as caught:
        find_go()

    assert str(caught.value) == (
        "Go 1.26.0 or newer is needed to build the sandbox's programs: install it (https://go.dev/dl)."
    )


def test_an_old_go_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer = '{"GOVERSION": "go1.22.1", "GOOS": "linux", "GOARCH": "amd64", "GOCACHE": "/c"}'
    fake_go(tmp_path, f"echo '{answer}'")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(SandboxError) as caught:
        find_go()

    assert str(caught.value) == (
        "Go 1.26.0 or newer is needed to build the sandbox's programs, "
        f"{tmp_path / 'go'} is go1.22.1: install a newer one (https://go.dev/dl)."
    )


def test_the_users_build_settings_do_not_reach_go_but_the_proxy_does() -> None:
    environment = go_environment({"GOFLAGS": "-mod=mod", "GOWORK": "/a/go.work", "GOPROXY": "https://proxy.example"})

    assert environment["GOFLAGS"] == "-mod=readonly"
    assert environment["GOWORK"] == "off"
    assert environment["GOPROXY"] == "https://proxy.example"


def test_a_second_run_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    hold = "from local.locks import exclusive; import pathlib, sys\n"
    hold += (
        f"with exclusive(pathlib.Path('{tmp_path}/lock'), 'is building'): print('held', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdin is not None
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"

    wait = hold.replace("sys.stdin.read()", "pass")
    second = subprocess.Popen([sys.executable, "-c", wait], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert second.stderr is not None
    said = second.stderr.readline().decode()
    still_waiting = second.poll() is None
    first.stdin.close()
    output, _ = second.communicate(timeout=30)
    first.wait(timeout=30)
    first.stdout.close()

    assert said == f"another run (process {first.pid}) is building; waiting until it is done\n"
    assert still_waiting
    assert output == b"held\n"


@pytest.mark.parametrize(
    ("gigabytes", "processors", "share"),
    [(4, 1, "100"), (5, 1, "400"), (5, 2, "100"), (6, 2, "400"), (16, 16, "100"), (32, 16, "400")],
)
def test_builds_take_memory_for_time_where_there_is_enough(
    gigabytes: int, processors: int, share: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golang, "virtual_memory", lambda: SimpleNamespace(total=gigabytes * 10**9))
    monkeypatch.setattr("os.cpu_count", lambda: processors)

    assert golang.go_environment({})["GOGC"] == share
    assert golang.go_environment({"GOGC": "50"})["GOGC"] == "50"
