"""The lives of dev, staging and prod, each lived once and side by side; tests look at what was seen."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import pytest

from tests.gcp.cloud_sandbox import cloud_sandbox
from tests.gcp.double.cloud import Fault
from tests.gcp.double.kinds import CLUSTER, NODE_POOL, SERVICE
from tests.gcp.life import Life, Seen

#: What lifts the protection of a stack, as docs/operations.md says: the policy pack lets no prod go unprotected.
LIFTED: Final[Mapping[str, object]] = {"environment": "dev", "deletionProtection": False}

#: By the name of the run: what was seen after it.
History = Mapping[str, Seen]


def _dev(life: Life) -> History:
    """Interrupt the first run, and change how the control plane is reached, and the backend."""
    networks = {"office": "198.51.100.0/24"}
    public = {"nodeCount": 4, "gkeControlPlaneAccess": "public", "gkeAuthorizedNetworks": networks}
    return {
        "interrupted": life.interrupted_up(),
        "up": life.up(),
        "preview": life.preview(),
        "more nodes": life.up(nodeCount=4),
        "private": life.up(nodeCount=4, gkeControlPlaneAccess="private"),
        "public": life.up(**public),
        "google": life.up(**public, backend="google-cloud", accessToken=None),
        "destroy": life.destroy(),
    }


def _staging(life: Life) -> History:
    """Let Google refuse one thing after the other before it goes well."""
    return {
        "forbidden": life.up_with(SERVICE, Fault.FORBIDDEN),
        "timeout": life.up_with(CLUSTER, Fault.TIMEOUT),
        "quota": life.up_with(NODE_POOL, Fault.QUOTA),
        "up": life.up(),
        "preview": life.preview(),
        "more nodes": life.up(nodeCount=2),
        "destroy": life.destroy(),
    }


def _prod(life: Life) -> History:
    """Try to destroy it, and lift its protection as documented."""
    more = {"nodePools": {"nodes": {"minCount": 1, "maxCount": 5}}}
    return {
        "up": life.up(),
        "preview": life.preview(),
        "more nodes": life.up(**more),
        "refused": life.destroy(),
        "lifted": life.up(**more, **LIFTED),
        "destroy": life.destroy(),
    }


_LIVES: Final[Mapping[str, Callable[[Life], History]]] = {"dev": _dev, "staging": _staging, "prod": _prod}


@pytest.fixture(scope="session")
def histories() -> Iterator[Mapping[str, "Future[History]"]]:
    """The histories of the stacks, all begun: most of the time one run waits while another works."""
    with ThreadPoolExecutor(len(_LIVES)) as executor:
        yield {stack: executor.submit(_live, stack) for stack in _LIVES}


def _live(stack: str) -> History:
    with cloud_sandbox(f"gcp-{stack}") as made:
        return _LIVES[stack](Life(made, made.stack(stack)))


@pytest.fixture(scope="session")
def dev(histories: Mapping[str, "Future[History]"]) -> History:
    return histories["dev"].result()


@pytest.fixture(scope="session")
def staging(histories: Mapping[str, "Future[History]"]) -> History:
    return histories["staging"].result()


@pytest.fixture(scope="session")
def prod(histories: Mapping[str, "Future[History]"]) -> History:
    return histories["prod"].result()


@pytest.fixture(scope="session", params=list(_LIVES))
def history(request: pytest.FixtureRequest, histories: Mapping[str, "Future[History]"]) -> History:
    """The history of each of the stacks."""
    return histories[request.param].result()
