"""The port of the webhooks while the istiod behind it changes."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from local.ports import LOOPBACK, free_ports, is_listening
from sandbox.forwarder import Forwarder


@contextmanager
def server(name: str) -> Generator[int]:
    """Run a server that answers each message with its own name and the message."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            while message := self.request.recv(100):
                self.request.sendall(name.encode() + b" " + message)

    with ThreadingTCPServer((LOOPBACK, 0), Handler) as made:
        made.daemon_threads = True
        Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_address[1]
        made.shutdown()


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


def ask(connection: socket.socket, message: bytes) -> bytes:
    connection.sendall(message)
    return connection.recv(100)


def connect(port: int) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), timeout=5)


def test_without_a_server_nothing_listens(port: int) -> None:
    forwarder = Forwarder(port)
    at_first = is_listening(port)

    with server("a") as target:
        forwarder.forward_to(target)
        with_server = is_listening(port)
    forwarder.forward_to(None)

    assert (at_first, with_server, is_listening(port)) == (False, True, False)


def test_new_connections_go_to_the_new_server_and_old_ones_stay(port: int) -> None:
    forwarder = Forwarder(port)
    with server("a") as a, server("b") as b:
        forwarder.forward_to(a)
        with connect(port) as first:
            before = ask(first, b"1")
            forwarder.forward_to(b)
            with connect(port) as second:
                assert (before, ask(second, b"2"), ask(first, b"3")) == (b"a 1", b"b 2", b"a 3")
    forwarder.forward_to(None)


def test_a_server_that_is_gone_closes_the_connection(port: int) -> None:
    forwarder = Forwarder(port)
    forwarder.forward_to(free_ports(1)[0])

    with connect(port) as connection:
        answer = connection.recv(100)
    forwarder.forward_to(None)

    assert answer == b""


def test_a_taken_port_is_an_error_and_works_once_it_is_free(port: int) -> None:
    forwarder = Forwarder(port)
    with server("a") as target:
        with socket.create_server((LOOPBACK, port)), pytest.raises(OSError, match="in use"):
            forwarder.forward_to(target)

        forwarder.forward_to(target)

        with connect(port) as connection:
            assert ask(connection, b"1") == b"a 1"
    forwarder.forward_to(None)
