"""The cloud behind the double: what exists, what was done, and what is to go wrong, in files of one folder.

So a test sees what is there, and sees everything that was made twice, without asking Pulumi.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

#: Environment variable that names the folder.
FOLDER_VARIABLE: Final = "GCP_DOUBLE_FOLDER"


class Fault(StrEnum):
    """What goes wrong while a resource of some type is created."""

    #: Google refuses a node pool for want of quota; nothing is made.
    QUOTA = "quota"
    #: Google refuses to enable an API; nothing is changed.
    FORBIDDEN = "forbidden"
    #: The resource is made, but the provider gives up waiting for it.
    TIMEOUT = "timeout"
    #: Google takes its time: until the file `release` is there.
    SLOW = "slow"


class RefusedError(Exception):
    """An answer of Google's API that is a refusal; the message is the one that people see."""


@dataclass
class Cloud:
    """The fake cloud.

    Arguments:
        folder: where its files are.
        resources: id -> type token, inputs, and whatever else there is to know about it.
        apis: `<project>/<API>` for each API that is enabled; they stay when the resource that enabled them goes.
    """

    folder: Path
    resources: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    apis: list[str] = field(default_factory=list[str])

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the cloud as its files have it."""
        file = folder / "cloud.json"
        return cls(folder, **json.loads(file.read_text(encoding="utf-8"))) if file.exists() else cls(folder)

    def save(self, operation: str, type_: str, id_: str) -> None:
        """Write the cloud down, and what was done to it."""
        fresh = self.folder / "cloud.json.new"
        fresh.write_text(json.dumps({"resources": self.resources, "apis": self.apis}, indent=1), encoding="utf-8")
        fresh.replace(self.folder / "cloud.json")
        with (self.folder / "operations.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"operation": operation, "type": type_, "id": id_}) + "\n")

    def log(self, calls: Sequence[Mapping[str, Any]]) -> None:
        """Write down calls of Google's APIs with their answers, as Google's documentation has them."""
        with (self.folder / "calls.jsonl").open("a", encoding="utf-8") as log:
            log.writelines(f"{json.dumps(each)}\n" for each in calls)

    def calls(self) -> list[dict[str, Any]]:
        """Return every call that was ever made, in order."""
        log = self.folder / "calls.jsonl"
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def operations(self) -> list[dict[str, str]]:
        """Return everything that was ever done, in order."""
        log = self.folder / "operations.jsonl"
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def fault(self, type_: str) -> Fault | None:
        """Return what is to go wrong with the creation of a resource."""
        file = self.folder / "faults.json"
        given: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return Fault(given[type_]) if type_ in given else None

    def inject(self, faults: Mapping[str, Fault]) -> None:
        """Let creations go wrong from now on.

        Arguments:
            faults: type token -> what goes wrong; empty: nothing any more.
        """
        (self.folder / "faults.json").write_text(json.dumps(faults), encoding="utf-8")

    @property
    def release(self) -> Path:
        """The file that lets a slow creation go on."""
        return self.folder / "release"
