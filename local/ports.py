"""TCP ports on the loopback address: which are free, and what answers there."""

import contextlib
import random
import socket
import urllib.request
from typing import Final

from local.errors import SandboxError
from local.waiting import holds_within

#: Every server of the sandbox listens here and nowhere else.
LOOPBACK: Final = "127.0.0.1"

#: Asks servers of this machine, whatever HTTP_PROXY says.
DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))

#: Below the range that Linux (32768) and macOS (49152) give to outgoing connections, so that a port stays free while
#: its server is stopped; above the ports of well-known services.
PORT_RANGE: Final = range(20000, 32000)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_within(port: int, seconds: float) -> bool:
    """Wait until `port` of the loopback address is free, at most `seconds`; tell whether it is."""
    return holds_within(seconds, lambda: is_free(port))


def is_listening(port: int) -> bool:
    """Tell whether a server listens on `port` of the loopback address."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def wait_until_listening(port: int, seconds: float) -> bool:
    """Wait until a server listens on `port` of the loopback address, at most `seconds`; tell whether one does."""
    return holds_within(seconds, lambda: is_listening(port))


def free_ports(count: int) -> list[int]:
    """Return `count` different free ports, chosen at random so that runs side by side rarely meet.

    Raises:
        SandboxError: if there are not enough of them.
    """
    found: list[int] = []
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise SandboxError(
        f"No {count} free ports between {PORT_RANGE.start} and {PORT_RANGE.stop - 1} of {LOOPBACK}.\n"
        "Stop the programs that hold them, for example other sandboxes: make down."
    )
