"""Every generated file and what writes it: one table."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from reference import configuration, deployer, google, policy, snapshots, tracing, verification
from reference.stacks import critical_path, environments
from reference.stacks.recordings import recordings
from reference.writing import END, between, note
from tests.support.stacks import stack_names

#: Returns the text of a generated file; takes the project's folder.
Page = Callable[[Path], str]

#: Where the snapshots are, a file a stack.
SNAPSHOTS: Final = Path("tests/snapshots")


def pages() -> Mapping[Path, Page]:
    """Return what writes each generated file, by its path in the project."""
    docs = Path("docs")
    return {
        Path("Pulumi.yaml"): configuration.project_file,
        docs / "configuration.md": lambda _: configuration.page(),
        docs / "tracing.md": _part(docs / "tracing.md", "reference/tracing.py", tracing.tables),
        docs / "policy.md": _part(docs / "policy.md", "policy/rules", policy.tables),
        docs / "verification.md": verification.page,
        docs / "environments.md": lambda _: environments.page(recordings()),
        docs / "google.md": lambda _: google.page(),
        **{path: partial(_role, id_) for id_, path in google.ROLES.items()},
        Path("deploy/kubernetes/deployer.yaml"): lambda _: deployer.role_file(),
        docs / "critical-path.md": lambda _: critical_path.page(recordings()[critical_path.STACK]),
        **{SNAPSHOTS / f"{stack}.yaml": partial(_snapshot, stack) for stack in stack_names()},
    }


def removed(root: Path) -> list[Path]:
    """Return the snapshots of stacks that are gone."""
    return [
        SNAPSHOTS / file.name for file in sorted((root / SNAPSHOTS).glob("*.yaml")) if file.stem not in stack_names()
    ]


def _part(page: Path, source: str, block: Callable[[], str]) -> Page:
    """Return what writes the one generated part of a page."""
    return lambda root: between(note(source), END, f"\n{block()}", root / page)


def _role(id_: str, _: Path) -> str:
    return google.role_file(id_)


def _snapshot(stack: str, _: Path) -> str:
    return snapshots.snapshot(stack)
