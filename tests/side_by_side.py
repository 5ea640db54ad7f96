"""Which tests run one after the other in one process, and which side by side in several (pytest-xdist)."""

from pathlib import Path, PurePosixPath
from typing import Final

from xdist.scheduler import LoadScopeScheduling

_PROJECT: Final = Path(__file__).parent.parent


#: What takes minutes, the longest first: begun before all else, so that no process works alone in the end.
_FIRST: Final = (
    "tests/demo/node/",
    "tests/sandbox/environment/",
    "tests/upgrade/",
    "tests/gcp/",
)


class CommonFixtures(LoadScopeScheduling):
    """Keeps tests with common fixtures in one process and in their order, so that each fixture is made once.

    It is pytest-xdist's own distribution by scope with another scope, as its `loadfile` is. Its `loadgroup` would do,
    but pytest-xdist 3.8.0 writes the groups into an attribute that pytest 9.2 no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    """Return what a test shares with others: its file, or its folder where that has fixtures of its own."""
    file = PurePosixPath(nodeid.partition("::")[0])
    return str(file.parent if (_PROJECT / file.parent / "conftest.py").exists() else file)


def begins(nodeid: str) -> int:
    """Return when a test's turn comes: what has a lower number begins before what has a higher one."""
    return next((place for place, start in enumerate(_FIRST) if nodeid.startswith(start)), len(_FIRST))
