"""Handing connections on: from sockets that listen outside of the node to servers inside."""

import asyncio
import socket
from collections.abc import Iterable
from functools import partial

from local.relay import hand_on


async def relay(listeners: Iterable[tuple[socket.socket, tuple[str, int]]]) -> None:
    """Hand every connection on to the target of its listener, until cancelled.

    Arguments:
        listeners: a listening socket, of any network namespace, and an address and port in the caller's own.
    """
    for listener, target in listeners:
        await asyncio.start_server(partial(hand_on, target=target), sock=listener)
    await asyncio.Event().wait()
