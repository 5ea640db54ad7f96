"""Handing connections on: from sockets that listen outside of the node to servers inside."""

import asyncio
import contextlib
import socket
from collections.abc import Iterable

_CHUNK = 65536


async def relay(listeners: Iterable[tuple[socket.socket, tuple[str, int]]]) -> None:
    """Hand every connection on to the target of its listener, until cancelled.

    Arguments:
        listeners: a listening socket, of any network namespace, and an address and port in the caller's own.
    """
    for listener, target in listeners:
        await asyncio.start_server(_Handing(target).connect, sock=listener)
    await asyncio.Event().wait()


class _Handing:
    """Connects to one target.

    Arguments:
        target: address and port.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand one connection on; a target that does not answer closes it."""
        try:
            target_reader, target_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, target_writer), _copy(target_reader, writer))


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copy until the source ends or the sink is gone, and close the sink."""
    with contextlib.suppress(OSError):
        while data := await source.read(_CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()
