"""One way to connect to a Kubernetes API: by a kubeconfig, without retries, and directly to this machine.

The client is imported on first use: it takes a quarter of a second or more, which whoever asks nothing should not pay.
It carries no types.
"""

import importlib
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import yaml


def api_client(kubeconfig: str) -> Any:
    """Return an `ApiClient` of the package `kubernetes` for a kubeconfig's current context; nothing is asked yet.

    Arguments:
        kubeconfig: text of the kubeconfig, YAML.

    Raises:
        Exception: of any kind, if the text can't be used: ConfigException, YAMLError, KeyError, TypeError and others.
    """
    client: Any = importlib.import_module("kubernetes.client")
    config: Any = importlib.import_module("kubernetes.config")
    settings = client.Configuration()
    config.load_kube_config_from_dict(yaml.safe_load(kubeconfig), client_configuration=settings, persist_config=False)
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
