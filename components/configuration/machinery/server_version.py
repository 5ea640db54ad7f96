"""Asks an existing cluster's API server for its version, before anything is made."""

import importlib
import re
from contextlib import suppress
from threading import Thread
from typing import Any, Final

from packaging.version import Version

from common.kubernetes_api import api_client

#: Seconds for the whole question, the kubeconfig's credential plugin included.
_PATIENCE: Final = 5


def server_version(kubeconfig: str) -> Version | None:
    """Return the Kubernetes version of an API server, for example `1.33.5`.

    Arguments:
        kubeconfig: a kubeconfig (YAML) with a current context.

    Returns:
        The version without what a distribution adds to it; `None` if the server doesn't say it within 5 seconds,
        whatever the reason: Pulumi's own provider connects soon after and explains what is wrong.
    """
    answers: list[Version] = []

    def ask() -> None:
        with suppress(Exception):  # whatever it is, the answer is that nothing is known
            answers.append(_asked(kubeconfig))

    # A thread, because no timeout of the client covers looking up a name or a credential plugin that waits for someone.
    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return answers[0] if answers else None


def _asked(kubeconfig: str) -> Version:
    api = api_client(kubeconfig)
    client: Any = importlib.import_module("kubernetes.client")
    answer = client.VersionApi(api).get_code(_request_timeout=_PATIENCE)
    return _released(answer.git_version)


def _released(git_version: str) -> Version:
    """Read `v1.33.5-gke.1080000` as 1.33.5."""
    match = re.match(r"v(\d+\.\d+\.\d+)", git_version, re.ASCII)
    if not match:
        raise ValueError("the API server names no version")
    return Version(match[1])
