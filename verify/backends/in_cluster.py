"""Asking Jaeger in the cluster, whose query API listens inside its Pod alone: by port-forwards of the API server."""

import httpx

from common.kubernetes_api import label_selector
from components.constants.names import JAEGER, JAEGER_SELECTOR
from components.constants.ports import JAEGER_QUERY_PORT
from verify.backends.jaeger import Jaeger
from verify.backends.query import QueryApi, QueryError
from verify.causes import Cause
from verify.cluster.api import ClusterError, KubernetesApi
from verify.cluster.pods import is_over, is_ready, name_of


def jaeger_in_cluster(api: KubernetesApi, namespace: str) -> Jaeger:
    """Return the Jaeger that runs in a namespace.

    Raises:
        QueryError: if it has no ready Pod.
        ClusterError: if the API server does not tell the Pods.
    """
    pods = api.items(f"/api/v1/namespaces/{namespace}/pods", [("labelSelector", label_selector(JAEGER_SELECTOR))])
    ready = [pod for pod in pods if is_ready(pod, JAEGER) and not is_over(pod)]
    if not ready:
        raise QueryError(Cause.JAEGER_NOT_READY, f"no Pod of {namespace}/{JAEGER} is ready")
    return Jaeger(QueryApi(f"http://{JAEGER}.{namespace}", None, PortForward(api, namespace, name_of(ready[0]))))


class PortForward(httpx.BaseTransport):
    """Brings GET requests to Jaeger's query port of a Pod.

    Arguments:
        api: the cluster.
        namespace: the Pod's namespace.
        pod: its name.
    """

    def __init__(self, api: KubernetesApi, namespace: str, pod: str) -> None:
        self._api = api
        self._namespace = namespace
        self._pod = pod

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request.

        Raises:
            httpx.ConnectError: if there is none.
        """
        target = request.url.raw_path.decode("ascii")
        try:
            status, body = self._api.ask_local(self._namespace, self._pod, JAEGER_QUERY_PORT, target)
        except ClusterError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return httpx.Response(status, content=body, request=request)
