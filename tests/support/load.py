"""A client that asks an address many times a second, whatever becomes of earlier requests, and keeps how each ended.

Half of the requests share connections that are kept open, as browsers and proxies do, the other half open one each: a
rollout can break either. Nothing is tried again: one refused connection counts.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

#: Seconds after which a request counts as failed; a page takes a tenth of one.
_TIMEOUT: Final = 10.0


@dataclass(frozen=True)
class Request:
    """A request that has ended.

    Arguments:
        trace_id: id of the trace that it asked for, 32 hexadecimal digits.
        after: seconds since the load began.
        seconds: how long it took.
        answer: the status code, or what went wrong before there was one: `ConnectError: …`.
    """

    trace_id: str
    after: float
    seconds: float
    answer: int | str

    @property
    def failed(self) -> bool:
        """Whether it had another answer than 200."""
        return self.answer != HTTPStatus.OK


@dataclass
class Load:
    """What was asked so far; a request is in it once it has ended.

    Arguments:
        requests: all requests that have ended, in the order in which they did.
    """

    requests: list[Request] = field(default_factory=list[Request])

    @property
    def failures(self) -> list[Request]:
        """Those without a page."""
        return [request for request in self.requests if request.failed]

    def summary(self) -> str:
        """Return in one line how many requests there were, and how they went."""
        if not self.requests:
            return "no request"
        taken = sorted(request.seconds for request in self.requests)
        lasted = max(request.after for request in self.requests)
        slow = taken[len(taken) * 99 // 100]
        return (
            f"{len(taken)} requests in {lasted:.0f} s, {len(taken) / max(lasted, 1):.0f} a second, "
            f"{len(self.failures)} failed, 99 % within {slow * 1000:.0f} ms, the slowest {taken[-1] * 1000:.0f} ms"
        )


@contextmanager
def load(url: str, rate: float = 50.0, besides: Sequence[str] = ()) -> Generator[Load]:
    """Ask `url` for as long as the block lasts; after it every request has ended.

    Arguments:
        url: what is asked for.
        rate: requests a second.
        besides: what is asked for in turn with it. Default: nothing.
    """
    made, ended, urls = Load(), threading.Event(), (url, *besides)
    thread = threading.Thread(target=lambda: asyncio.run(_ask(urls, rate, made, ended)), name="load")
    thread.start()
    try:
        yield made
    finally:
        ended.set()
        thread.join()


async def _ask(urls: Sequence[str], rate: float, made: Load, ended: threading.Event) -> None:
    kept, closed = (
        httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT, limits=httpx.Limits(max_keepalive_connections=number))
        for number in (None, 0)
    )
    begin = time.monotonic()
    async with kept, closed, asyncio.TaskGroup() as group:
        number = 0
        while not ended.is_set():
            client = closed if number // len(urls) % 2 else kept
            group.create_task(_request(client, urls[number % len(urls)], begin, made))
            number += 1
            await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))


async def _request(client: httpx.AsyncClient, url: str, begin: float, made: Load) -> None:
    trace_id, started = secrets.token_hex(16), time.monotonic()
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    answer: int | str
    try:
        answer = (await client.get(url, headers=headers)).status_code
    except httpx.HTTPError as error:
        answer = f"{type(error).__name__}: {error}"
    made.requests.append(Request(trace_id, started - begin, time.monotonic() - started, answer))
