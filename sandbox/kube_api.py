"""The few questions that the sandbox asks its API server, on the Kubernetes client.

The client is imported on first use: it takes half a second, which a command that needs no API server should not pay.
"""

import importlib
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

#: Seconds between two questions while waiting for a server that does not answer yet.
_POLL = 0.1


class KubeApi:
    """A connection to the API server that a kubeconfig names.

    Arguments:
        kubeconfig: the kubeconfig's file.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self._client: Any = importlib.import_module("kubernetes.client")
        config: Any = importlib.import_module("kubernetes.config")
        settings = self._client.Configuration()
        config.load_kube_config(str(kubeconfig), client_configuration=settings)
        settings.proxy = None  # the server is on this machine, whatever HTTPS_PROXY says
        settings.retries = False
        self._api: Any = self._client.ApiClient(settings)
        self._core: Any = self._client.CoreV1Api(self._api)

    def is_ready(self) -> bool:
        """Tell whether the API server says that it is ready."""
        return self._answers(
            lambda: self._api.call_api(*self._api.param_serialize("GET", "/readyz"), _request_timeout=2)
        )

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until the API server is ready, at most `seconds`; tell whether it is."""
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL)
        return True

    def ensure_node(self, node: Mapping[str, Any]) -> None:
        """Make a Node unless it exists."""
        try:
            self._core.create_node(node)
        except self._client.ApiException as error:
            if error.status != 409:
                raise

    def wait_for_node(self, name: str, seconds: float) -> bool:
        """Wait until Node `name` is Ready, at most `seconds`; tell whether it is."""
        watch: Any = importlib.import_module("kubernetes.watch").Watch()
        events = watch.stream(
            self._core.list_node, field_selector=f"metadata.name={name}", timeout_seconds=max(1, round(seconds))
        )
        for event in events:
            conditions: list[Any] = event["object"].status.conditions or []
            if any(condition.type == "Ready" and condition.status == "True" for condition in conditions):
                watch.stop()
                return True
        return False

    def has_deployment(self, namespace: str, name: str) -> bool:
        """Tell whether a Deployment exists."""
        deployments = self._client.AppsV1Api(self._api).list_namespaced_deployment(
            namespace, field_selector=f"metadata.name={name}"
        )
        return bool(deployments.items)

    def wait_for_deployment(self, namespace: str, name: str, stop: Event) -> bool:
        """Wait until a Deployment exists or `stop` is set; tell whether it exists."""
        return self._wait_for(self._client.AppsV1Api(self._api).list_namespaced_deployment, namespace, name, stop)

    def wait_for_config_map(self, namespace: str, name: str, stop: Event) -> bool:
        """Wait until a ConfigMap exists or `stop` is set; tell whether it exists."""
        return self._wait_for(self._core.list_namespaced_config_map, namespace, name, stop)

    def _wait_for(self, list_call: Any, namespace: str, name: str, stop: Event) -> bool:
        watch: Any = importlib.import_module("kubernetes.watch")
        selector = f"metadata.name={name}"
        while not stop.is_set():
            try:
                events = watch.Watch().stream(list_call, namespace, field_selector=selector, timeout_seconds=30)
                if any(event["type"] in {"ADDED", "MODIFIED"} for event in events):
                    return True
            except Exception:  # noqa: BLE001 - whatever it is, the server is away for now: it may be starting again
                stop.wait(0.5)
        return False

    def _answers(self, call: Any) -> bool:
        try:
            return call().read() is not None
        except Exception:  # noqa: BLE001 - refused, reset, not ready: all mean that it does not answer yet
            return False
