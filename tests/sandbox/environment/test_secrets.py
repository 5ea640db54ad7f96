"""The access token is in one Secret and nowhere else; neither is it in Pulumi's state, nor in what Pulumi prints."""

import base64
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import TOKEN, Outcome, Running, identity

SECRET = "/api/v1/secrets observability/otel-collector-credentials"

FORMS = (TOKEN, base64.b64encode(TOKEN.encode()).decode())


def _shows_token(text: str) -> bool:
    return any(form in text for form in FORMS)


def _decoded(item: dict[str, Any]) -> str:
    """Return an object as text, with what a Secret holds readable."""
    data: dict[str, str] = item.get("data") or {}
    if item["collection"].endswith("/secrets"):
        item = item | {"data": {key: base64.b64decode(value).decode("latin-1") for key, value in data.items()}}
    return json.dumps(item)


def test_token_is_in_one_secret_and_in_no_other_object(running: Running) -> None:
    found = {identity(it) for it in running.everything() if _shows_token(_decoded(it))}

    assert found == {SECRET}


def test_token_is_in_no_file_of_the_sandbox(running: Running) -> None:
    """State, its history, logs, kubeconfig; not etcd's own data, which holds the Secret."""
    folder = running.instance.folder
    files = [it for it in folder.rglob("*") if it.is_file() and "etcd" not in it.relative_to(folder).parts]

    found = [it for it in files if any(form.encode() in it.read_bytes() for form in FORMS)]

    assert found == []
    assert any("history" in it.parts for it in files)


def test_token_is_not_printed(first_up: FirstUp, preview_of_the_same: Outcome) -> None:
    assert not _shows_token(first_up.outcome.text)
    assert not _shows_token(preview_of_the_same.text)
    assert "otel-collector-credentials" in preview_of_the_same.text


#: What makes Pulumi's engine and its plugins write all but the messages between them, to their own output. From 9 on
#: those are written too, secrets included (pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go, `logging.V(9)`).
VERBOSE = ("-v=8", "--logtostderr", "--logflow")

#: The one program that is told a stack's configuration by its environment: Pulumi's host for Python hands it to the
#: project's program, decrypted (pulumi/pulumi, sdk/python/cmd/pulumi-language-python/main.go, `PULUMI_CONFIG`).
PROGRAM = "pulumi-language-python-exec"


@dataclass
class Seen:
    """What was seen while a command ran, every 50 ms: by its command lines, and by the paths of temporary files.

    Arguments:
        commands: every process below this one.
        arguments: those that show the token in their arguments.
        environments: those that show it in their environment.
        files: the temporary files that hold it.
    """

    commands: set[str] = field(default_factory=set[str])
    arguments: set[str] = field(default_factory=set[str])
    environments: set[str] = field(default_factory=set[str])
    files: set[str] = field(default_factory=set[str])

    def look(self, temporary: Path) -> None:
        """Look at all processes below this one, and all files below a folder."""
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                command, environment = " ".join(process.cmdline()), process.environ()
                self.commands.add(command)
                if _shows_token(command):
                    self.arguments.add(command)
                if any(_shows_token(value) for value in environment.values()):
                    self.environments.add(command)
        for file in temporary.rglob("*"):
            with suppress(OSError):
                if file.is_file() and any(form.encode() in file.read_bytes() for form in FORMS):
                    self.files.add(str(file))


@contextmanager
def watched(temporary: Path) -> Generator[Seen]:
    """Look at processes and temporary files until the block ends."""
    seen, ended = Seen(), threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            seen.look(temporary)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()
        seen.look(temporary)


@pytest.fixture(scope="module")
def verbose_up(
    sandbox: Running, first_up: FirstUp, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Outcome, str, Seen]:
    """An `up` that writes much: its outcome, the engine's event log, and what was seen meanwhile."""
    assert first_up.outcome.exit_code == 0
    temporary = tmp_path_factory.mktemp("temporary")
    environment = {**sandbox.pulumi.environment, "TMPDIR": str(temporary)}
    running = replace(sandbox, pulumi=replace(sandbox.pulumi, environment=environment))
    with watched(temporary) as seen:
        outcome = running.up(*VERBOSE)
    return outcome, (sandbox.instance.folder / "events.json").read_text(encoding="utf-8"), seen


def test_token_is_not_printed_at_the_highest_verbosity_without_wire_messages(
    verbose_up: tuple[Outcome, str, Seen],
) -> None:
    outcome, events, _ = verbose_up

    assert "tracing-collector-deployment" in outcome.text
    assert len(outcome.text) > 100_000  # it was verbose
    assert not _shows_token(outcome.text)
    assert "tracing-collector-deployment" in events
    assert not _shows_token(events)


def test_token_is_in_no_arguments_and_only_in_the_programs_own_environment(
    verbose_up: tuple[Outcome, str, Seen],
) -> None:
    _, _, seen = verbose_up

    assert any("pulumi-resource-kubernetes" in command for command in seen.commands)
    assert seen.arguments == set()
    assert {command for command in seen.environments if PROGRAM not in command} == set()


def test_kubeconfigs_that_the_provider_leaves_are_in_the_sandbox(sandbox: Running) -> None:
    left = list(sandbox.instance.temporary.glob("kubeconfig*"))

    assert left, "the provider leaves none any more: no folder of our own is needed"
    assert not [file for file in left if file.stat().st_mode & 0o077]


def test_token_is_in_no_temporary_file(verbose_up: tuple[Outcome, str, Seen]) -> None:
    _, _, seen = verbose_up

    assert seen.files == set()
