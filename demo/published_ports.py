"""The ports of this machine's loopback address that lead into a node."""

import json
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from demo.layout import ENDPOINTS, NODE_ADDRESS, NODE_PORTS, Endpoint
from local.errors import SandboxError
from local.ports import LOOPBACK, PORT_RANGE, free_ports, is_free

_TRIES: Final = 500


@dataclass(frozen=True)
class Ports:
    """Which port of the loopback address leads where.

    Arguments:
        endpoints: port of each endpoint.
        first_node_port: the first port of NodePort Services; on the node they have the same numbers.
    """

    endpoints: Mapping[Endpoint, int]
    first_node_port: int

    @classmethod
    def choose(cls) -> Self:
        """Choose free ones.

        Raises:
            SandboxError: if there are not enough.
        """
        return cls(dict(zip(ENDPOINTS, free_ports(len(ENDPOINTS)), strict=True)), _free_run(NODE_PORTS))

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what `write` wrote."""
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls({Endpoint(name): port for name, port in content["endpoints"].items()}, content["firstNodePort"])

    def write(self, file: Path) -> None:
        """Write them to a file."""
        content = {"endpoints": dict(self.endpoints), "firstNodePort": self.first_node_port}
        file.write_text(json.dumps(content), encoding="utf-8")

    @property
    def node_ports(self) -> range:
        """The ports of NodePort Services."""
        return range(self.first_node_port, self.first_node_port + NODE_PORTS)

    @property
    def targets(self) -> Mapping[int, tuple[str, int]]:
        """Port of this machine -> address and port inside the node."""
        endpoints = {port: (LOOPBACK, ENDPOINTS[endpoint]) for endpoint, port in self.endpoints.items()}
        return endpoints | {port: (NODE_ADDRESS, port) for port in self.node_ports}

    def listen(self) -> list[socket.socket]:
        """Listen on all of them, in the order of `targets`.

        Raises:
            SandboxError: if another program has taken one.
        """
        return [_listening(port) for port in self.targets]


def _free_run(length: int) -> int:
    for _ in range(_TRIES):
        first = random.randrange(PORT_RANGE.start, PORT_RANGE.stop - length)  # noqa: S311 - no secret
        if all(is_free(port) for port in range(first, first + length)):
            return first
    raise SandboxError(
        f"No {length} free ports in a row between {PORT_RANGE.start} and {PORT_RANGE.stop - 1} of {LOOPBACK}."
    )


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise SandboxError(
            f"Port {port} of {LOOPBACK} is taken by another program: run the same command again."
        ) from error
