"""The workflow files as data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from local.paths import PROJECT
from tests.support.lists import non_empty

GITHUB: Final = PROJECT / ".github"

#: An action of somebody else's: what it is, the commit, and the release that the commit is.
_USES: Final = re.compile(r"uses: (?P<action>[^\s@.][^\s@]*)@(?P<commit>\S+)(?: # (?P<release>\S+))?")


@dataclass(frozen=True)
class Job:
    """One job of a workflow.

    Arguments:
        workflow: name of the workflow's file, without its ending.
        name: the job's name.
        data: what stands below its name.
    """

    workflow: str
    name: str
    data: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps; none if it calls another workflow."""
        return self.data.get("steps", [])

    @property
    def touches_a_stack(self) -> bool:
        """Whether it logs in to Google Cloud."""
        return any(step.get("uses") == "./.github/actions/pulumi" for step in self.steps)


def workflow(name: str) -> dict[Any, Any]:
    """Return a workflow by its file's name without the ending. YAML reads the key `on` as `True`."""
    return yaml.safe_load((GITHUB / "workflows" / f"{name}.yaml").read_text(encoding="utf-8"))


def workflow_names() -> list[str]:
    """Return the names of all workflows."""
    return non_empty(sorted(file.stem for file in (GITHUB / "workflows").iterdir()), "workflows")


def jobs() -> list[Job]:
    """Return the jobs of all workflows."""
    return [Job(name, title, data) for name in workflow_names() for title, data in workflow(name)["jobs"].items()]


def texts() -> dict[str, str]:
    """Return the text of each workflow, action and script, by its path below `.github`."""
    files = [file for file in sorted(GITHUB.rglob("*")) if file.is_file()]
    return {str(file.relative_to(GITHUB)): file.read_text(encoding="utf-8") for file in files}


def others_actions() -> Iterator[re.Match[str]]:
    """Yield the use of each action that is not this repository's."""
    for text in texts().values():
        yield from _USES.finditer(text)


def used_actions() -> set[str]:
    """Return the actions of others that steps use, read as data and not as text."""
    own: list[dict[str, Any]] = []
    for file in (GITHUB / "actions").glob("*/action.yml"):
        own += yaml.safe_load(file.read_text(encoding="utf-8"))["runs"]["steps"]
    steps = [*own, *(step for job in jobs() for step in job.steps)]
    return {step["uses"].partition("@")[0] for step in steps if not step.get("uses", "./").startswith("./")}


def executable(path: Path) -> bool:
    """Tell whether a file may be run."""
    return bool(path.stat().st_mode & 0o111)
