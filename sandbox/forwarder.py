"""A port that stays while the server behind it changes, as a Service does for Pods."""

import asyncio
from threading import Thread
from typing import Final

from local.ports import LOOPBACK
from local.relay import hand_on

#: Seconds that opening or closing the port may take.
_TIMEOUT: Final = 5.0


class Forwarder:
    """Hands connections on to the server of the moment; works in a thread of its own.

    Without a server nothing listens. A connection stays with the server that it was made to until either closes it.

    Arguments:
        port: the port of the loopback address to listen on.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._target: int | None = None
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        Thread(target=self._loop.run_forever, daemon=True).start()

    def forward_to(self, target: int | None) -> None:
        """Hand new connections on to port `target` of the loopback address, or to nobody.

        Raises:
            OSError: if another program has taken the port to listen on.
        """
        self._target = target
        if (target is None) != (self._server is None):
            change = self._open() if target is not None else self._close()
            asyncio.run_coroutine_threadsafe(change, self._loop).result(_TIMEOUT)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._connect, LOOPBACK, self._port)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._target is None:  # nobody since a moment ago
            writer.close()
            return
        await hand_on(reader, writer, (LOOPBACK, self._target))
