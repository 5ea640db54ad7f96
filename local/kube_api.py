"""The few questions that the sandbox asks its API server, on the Kubernetes client.

The client is imported on first use: it takes half a second, which a command that needs no API server should not pay.
"""

import importlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from common.kubernetes_api import api_client
from local.waiting import holds_within


class KubeApi:
    """A connection to the API server that a kubeconfig names.

    Arguments:
        kubeconfig: the kubeconfig's file.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self._api: Any = api_client(kubeconfig.read_text(encoding="utf-8"))
        self._client: Any = importlib.import_module("kubernetes.client")
        self._core: Any = self._client.CoreV1Api(self._api)

    def is_ready(self) -> bool:
        """Tell whether the API server says that it is ready."""
        return self._answers(
            lambda: self._api.call_api(*self._api.param_serialize("GET", "/readyz"), _request_timeout=2)
        )

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until the API server is ready, at most `seconds`; tell whether it is."""
        return holds_within(seconds, self.is_ready, pause=0.1)

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

    def pods(self, namespace: str, labels: str) -> list[dict[str, Any]]:
        """Return the Pods that a label selector selects, as the API has them."""
        query = [("labelSelector", labels), ("resourceVersion", "0")]  # from the API server's memory
        return self._request("GET", f"/api/v1/namespaces/{namespace}/pods", query)["items"]

    def has_config_map(self, namespace: str, name: str) -> bool:
        """Tell whether a ConfigMap exists."""
        query = [("fieldSelector", f"metadata.name={name}"), ("resourceVersion", "0")]
        return bool(self._request("GET", f"/api/v1/namespaces/{namespace}/configmaps", query)["items"])

    def patch_pod_status(self, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        """Merge `status` into the status of a Pod, if it still exists."""
        path = f"/api/v1/namespaces/{namespace}/pods/{name}/status"
        try:
            self._request("PATCH", path, body={"status": status})
        except self._client.ApiException as error:
            if error.status != 404:
                raise

    def _request(
        self, method: str, path: str, query: Sequence[tuple[str, str]] = (), body: Mapping[str, Any] | None = None
    ) -> Any:
        """Send one request, and return the answer as plain data: the client's own types are slow to make."""
        headers = {"Accept": "application/json", "Content-Type": "application/strategic-merge-patch+json"}
        request = self._api.param_serialize(
            method, path, query_params=list(query), header_params=headers, body=body, auth_settings=["BearerToken"]
        )
        return json.loads(self._api.call_api(*request, _request_timeout=3).read())

    def _answers(self, call: Any) -> bool:
        try:
            return call().read() is not None
        except Exception:  # noqa: BLE001 - refused, reset, not ready: all mean that it does not answer yet
            return False
