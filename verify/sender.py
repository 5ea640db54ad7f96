"""Sends the smoke traffic: requests for the product page, a bounded number, once each, with trace ids of our own."""

import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import certifi
import httpx

from components.model.bookinfo import PAGE
from verify.answers import problem_of, problem_with
from verify.clock import CLOCK, Clock
from verify.traces.checks import Sent
from verify.traffic import Request, Traffic, agent, undecided_agent

#: Largest number of requests that leave it to the mesh whether they are traced: enough to see a share below 100 %.
UNDECIDED: Final = 20

#: Longest wait for one answer, in seconds: the page itself waits 3 s for details, and twice 3 s for reviews.
_PATIENCE: Final = 10.0

#: Longest wait for a first whole page, in seconds. After a start reviews needs up to 7 s until it listens, and has no
#: readiness probe that says so.
WARM_UP: Final = 20.0

_PAUSE: Final = 1.0


@dataclass(frozen=True)
class Load:
    """How much is sent, and where to.

    Arguments:
        gateway_url: the gateway's address, for example `http://bookinfo.example.com`.
        requests: number of requests with ids of their own.
        rate: requests per second, at most.
        address: `host:port` to connect to in place of the gateway's own; `None` (default) takes that.
        path: the path of the requests. Default: that of Bookinfo's page.
    """

    gateway_url: str
    requests: int
    rate: float
    address: str | None = None
    path: str = PAGE

    @property
    def url(self) -> str:
        """The address of what is asked for."""
        base = httpx.URL(self.gateway_url)
        if self.address:
            host, _, port = self.address.rpartition(":")
            base = base.copy_with(host=host.strip("[]"), port=int(port))
        return str(base.copy_with(path=self.path))

    @property
    def host(self) -> str:
        """What the requests name as their host: the gateway's, wherever they are sent."""
        return httpx.URL(self.gateway_url).netloc.decode()

    @property
    def name(self) -> str:
        """The name that the gateway's certificate is for, wherever the requests are sent."""
        return httpx.URL(self.gateway_url).host


@dataclass
class Sender:
    """Sends the requests, one after another. Nothing is sent again, and redirects are not followed.

    Arguments:
        load: how much, and where to.
        progress: is told how far it is.
        clock: the time; for tests.
        run: random name of the run.
    """

    load: Load
    progress: Callable[[str], None]
    clock: Clock = CLOCK
    run: str = field(default_factory=lambda: secrets.token_hex(6))

    def send(self) -> Traffic:
        """Wait for a first whole page, send the requests and return what became of them.

        If no whole page comes within `WARM_UP`, that one failure is the result and nothing else is sent.
        """
        began = time.time()
        # no proxy from the environment: what is asked is the gateway itself
        with httpx.Client(timeout=_PATIENCE, trust_env=False, verify=_trusted()) as client:
            first = self._warm_up(client)
            requests = [first] if first.problem else self._paced(client)
        return Traffic(self.load.url, self.run, began, time.time(), tuple(requests))

    def _warm_up(self, client: httpx.Client) -> Request:
        deadline = self.clock.now() + WARM_UP
        while True:
            # a trace that is not sampled, so that the backend is not told of it
            request = self._ask(client, None, {"traceparent": _traceparent(_ids(), sampled=False)})
            if not request.problem or self.clock.now() >= deadline:
                return request
            self.progress(f"waiting for a first whole page: {request.problem.evidence}")
            self.clock.sleep(_PAUSE)

    def _paced(self, client: httpx.Client) -> list[Request]:
        """Send both kinds of requests, mixed evenly, so that they meet the same conditions."""
        decided, undecided = self.load.requests, min(UNDECIDED, self.load.requests)
        turns = [*((n / decided, self._decided) for n in range(decided))]
        turns += [(n / undecided, self._undecided) for n in range(undecided)]
        begin, requests = self.clock.now(), list[Request]()
        for number, (_, ask) in enumerate(sorted(turns, key=lambda turn: turn[0])):
            self.clock.sleep(max(0.0, begin + number / self.load.rate - self.clock.now()))
            requests.append(ask(client))
            self.progress(f"{len(requests)} of {len(turns)} requests sent")
        return requests

    def _decided(self, client: httpx.Client) -> Request:
        sent = _ids()
        headers = {
            "user-agent": agent(self.run),
            "traceparent": _traceparent(sent, sampled=True),
            "x-b3-traceid": sent.trace_id,
            "x-b3-spanid": sent.span_id,
            "x-b3-sampled": "1",
        }
        return self._ask(client, sent, headers)

    def _undecided(self, client: httpx.Client) -> Request:
        return self._ask(client, None, {"user-agent": undecided_agent(self.run)})

    def _ask(self, client: httpx.Client, sent: Sent | None, headers: dict[str, str]) -> Request:
        begin = self.clock.now()
        try:
            response = client.get(
                self.load.url,
                headers={"host": self.load.host, **headers},
                extensions={"sni_hostname": self.load.name},
            )
            problem = problem_with(response)
        except httpx.HTTPError as error:
            problem = problem_of(error)
        return Request(sent, self.clock.now() - begin, problem)


def _trusted() -> ssl.SSLContext:
    """Return whom is trusted: the public CAs, those of this machine, and those of a file that SSL_CERT_FILE names."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _ids() -> Sent:
    return Sent(secrets.token_hex(16), secrets.token_hex(8))


def _traceparent(sent: Sent, *, sampled: bool) -> str:
    """Return the header of https://www.w3.org/TR/trace-context/."""
    return f"00-{sent.trace_id}-{sent.span_id}-{sampled:02d}"
