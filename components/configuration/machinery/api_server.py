"""Asks an existing cluster's API server what settings depend on, before anything is made."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread
from typing import Any, Final, TypeVar

from common.kubernetes_api import api_client

#: Seconds for the whole question, the kubeconfig's credential plugin included.
PATIENCE: Final = 5

_Answer = TypeVar("_Answer")


def ask(kubeconfig: str, question: Callable[[Any], Iterator[_Answer]]) -> _Answer | None:
    """Return the answer of an API server.

    Arguments:
        kubeconfig: a kubeconfig (YAML) with a current context.
        question: asks by an `ApiClient` of the package `kubernetes`, which carries no types, and yields what is known
            after each of its answers.

    Returns:
        What `question` has yielded last; `None` if there is no answer within 5 seconds, whatever the reason: Pulumi's
        own provider connects soon after and explains what is wrong.
    """
    answers: list[_Answer] = []

    def run() -> None:
        with suppress(Exception):  # whatever it is, the answer is that nothing more is known
            answers.extend(question(api_client(kubeconfig)))

    # A thread, because no timeout of the client covers looking up a name or a credential plugin that waits for someone.
    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answers[-1] if answers else None
