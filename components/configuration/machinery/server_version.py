"""Asks an existing cluster's API server for its version, before anything is made."""

import importlib
import re
from contextlib import suppress
from ipaddress import ip_address
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from packaging.version import Version

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
    # Imported here: it takes 0.25 s, which a stack that makes its own cluster should not pay.
    client: Any = importlib.import_module("kubernetes.client")
    config: Any = importlib.import_module("kubernetes.config")
    connection = client.Configuration()
    config.load_kube_config_from_dict(yaml.safe_load(kubeconfig), client_configuration=connection, persist_config=False)
    connection.retries = False
    if _is_on_this_machine(connection.host):
        connection.proxy = None  # as kubectl and Pulumi's provider do, whatever HTTPS_PROXY says
    answer = client.VersionApi(client.ApiClient(connection)).get_code(_request_timeout=_PATIENCE)
    return _released(answer.git_version)


def _released(git_version: str) -> Version:
    """Read `v1.33.5-gke.1080000` as 1.33.5."""
    match = re.match(r"v(\d+\.\d+\.\d+)", git_version, re.ASCII)
    if not match:
        raise ValueError("the API server names no version")
    return Version(match[1])


def _is_on_this_machine(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
