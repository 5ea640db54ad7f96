"""One way to connect to a Kubernetes API: by a kubeconfig, without retries, and directly to this machine.

The client is imported on first use: it takes a quarter of a second or more, which whoever asks nothing should not pay.
It carries no types.
"""

import importlib
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import yaml


class UnusableKubeconfigError(Exception):
    """A kubeconfig by which no connection can be made."""


def api_client(kubeconfig: str) -> Any:
    """Return an `ApiClient` of the package `kubernetes` for a kubeconfig's current context; nothing is asked yet.

    Arguments:
        kubeconfig: text of the kubeconfig, YAML.

    Raises:
        UnusableKubeconfigError: if the text can't be used: the client's own reason, which may be of any kind.
    """
    client: Any = importlib.import_module("kubernetes.client")
    config: Any = importlib.import_module("kubernetes.config")
    settings = client.Configuration()
    try:
        config.load_kube_config_from_dict(
            yaml.safe_load(kubeconfig), client_configuration=settings, persist_config=False
        )
    except Exception as error:  # ConfigException, YAMLError, KeyError, TypeError and others
        raise UnusableKubeconfigError(f"{type(error).__name__}: {error}") from error
    settings.retries = False
    if _is_on_this_machine(settings.host):
        settings.proxy = None  # as kubectl and Pulumi's provider do, whatever HTTPS_PROXY says
    return client.ApiClient(settings)


def _is_on_this_machine(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def label_selector(labels: Mapping[str, str]) -> str:
    """Return labels as the API server and kubectl take them to choose objects by: `app=istiod,istio=pilot`."""
    return ",".join(f"{label}={value}" for label, value in labels.items())
