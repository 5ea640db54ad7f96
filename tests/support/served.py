"""A small HTTP server on the loopback address whose answers are a function of the request."""

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.certificates import KeyPair
from local.ports import LOOPBACK


@dataclass(frozen=True)
class Asked:
    """A request that has come."""

    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Trust:
    """How a server shows itself, and whom it lets in.

    Arguments:
        own: its certificate and key.
        clients_ca: the CA of the clients that it lets in, PEM; `None` (default) lets in all.
    """

    own: KeyPair
    clients_ca: str | None = None

    def context(self) -> ssl.SSLContext:
        """Return what a server speaks TLS by."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.own.certificate, self.own.key)
        if self.clients_ca:
            made.verify_mode = ssl.CERT_REQUIRED
            made.load_verify_locations(cadata=self.clients_ca)
        return made


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    asked: list[Asked]

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def as_json(value: Any) -> Reply:
    """Return the reply that holds a value as JSON."""
    return Reply(body=json.dumps(value), headers={"content-type": "application/json"})


@contextlib.contextmanager
def serving(answer: Callable[[Asked], Reply], trust: Trust | None = None) -> Generator[Served]:
    """Serve until the block ends; requests are noted in order.

    Arguments:
        answer: the answer to a request.
        trust: how it speaks TLS; `None` (default) serves in the clear.
    """
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: two would wait for each other (Nagle)

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            content = self.rfile.read(int(headers.get("content-length", 0)))
            request = Asked(self.command, split.path, dict(parse_qsl(split.query)), headers, content)
            asked.append(request)
            reply = answer(request)
            body = reply.body.encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server's own name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            """Stay silent."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        if trust:
            server.socket = trust.context().wrap_socket(server.socket, server_side=True)
        serving_thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        serving_thread.start()
        try:
            yield Served(server.server_address[1], asked)
        finally:
            server.shutdown()
            serving_thread.join()
