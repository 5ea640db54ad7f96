"""Pulumi's floor: what it costs before a program has made anything of its own.

Two programs, run by the same engine, provider and state as this one, but without a policy pack: one makes nothing, the
other a single object. What they cost, no program that Pulumi runs can go below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from bench.cost import Step
from local.paths import PROJECT

#: By what it is called on the page: the whole program.
PROGRAMS: Final[Mapping[str, str]] = {
    "an empty program": "",
    "a program of one ConfigMap": 'import pulumi_kubernetes as k8s\n\nk8s.core.v1.ConfigMap("floor")\n',
}

_STACK: Final = "floor"


@dataclass(frozen=True)
class Floor:
    """One of the programs, in a folder of its own.

    Arguments:
        name: what it is called on the page.
        executable: the command `pulumi`.
        folder: where its project is written.
    """

    name: str
    executable: Path
    folder: Path

    def write(self) -> Step:
        """Write the project and return the command that makes its stack."""
        self.folder.mkdir(parents=True)
        runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": str(PROJECT / ".venv")}}
        project = {"name": self.folder.name, "runtime": runtime}
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project), encoding="utf-8")
        (self.folder / "__main__.py").write_text(PROGRAMS[self.name], encoding="utf-8")
        return self._step("stack", "init")

    def up(self) -> Step:
        """Return `pulumi up`."""
        return self._step("up", "--yes", "--skip-preview")

    def preview(self) -> Step:
        """Return `pulumi preview`."""
        return self._step("preview")

    def destroy(self) -> Step:
        """Return `pulumi destroy`."""
        return self._step("destroy", "--yes", "--skip-preview")

    def _step(self, *words: str) -> Step:
        where = ["--cwd", str(self.folder), "--stack", _STACK, "--non-interactive"]
        return Step([str(self.executable), *words, *where])
