"""Changes to one object of a cluster by the Kubernetes API, each undone afterwards."""

import base64
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from tests.sandbox.environment.running import client

ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"
OBSERVABILITY: Final = "/api/v1/namespaces/observability"
COLLECTOR: Final = "/apis/apps/v1/namespaces/observability/deployments/otel-collector"
TELEMETRY: Final = "/apis/telemetry.istio.io/v1/namespaces/istio-system/telemetries/mesh-default"
POLICY: Final = "/apis/networking.k8s.io/v1/namespaces/observability/networkpolicies/otel-collector"

#: Given a client, changes something and undoes it.
Change = Callable[[Any], AbstractContextManager[None]]


def request(api: Any, method: str, path: str, body: Any = None) -> Any:
    """Send a request and return the answer; patches are merged."""
    headers = {"Accept": "application/json", "Content-Type": "application/merge-patch+json"}
    if method == "POST":
        headers["Content-Type"] = "application/json"
    words = api.param_serialize(method, path, header_params=headers, body=body, auth_settings=["BearerToken"])
    answer = api.call_api(*words, _request_timeout=30)
    assert answer.status < 400, answer.read()
    return client.ApiClient().deserialize(answer.read().decode(), "object", "application/json")


@contextmanager
def patched(path: str, patch: Mapping[str, Any], back: Mapping[str, Any], api: Any) -> Generator[None]:
    """Merge `patch` into an object, and afterwards `back`."""
    request(api, "PATCH", path, patch)
    try:
        yield
    finally:
        request(api, "PATCH", path, back)


@contextmanager
def deleted(path: str, api: Any) -> Generator[None]:
    """Delete an object, and afterwards make it again."""
    found = request(api, "GET", path)
    request(api, "DELETE", path)
    for field in ("resourceVersion", "uid", "creationTimestamp", "managedFields"):
        found["metadata"].pop(field)
    try:
        yield
    finally:
        request(api, "POST", path.rpartition("/")[0], found)


def without(path: str) -> Change:
    """Delete an object."""
    return lambda api: deleted(path, api)


def changed(path: str, patch: Mapping[str, Any]) -> Change:
    """Merge a patch into an object; afterwards its former fields."""

    def change(api: Any) -> AbstractContextManager[None]:
        before = request(api, "GET", path)
        return patched(path, patch, {key: before[key] for key in patch}, api)

    return change


def labelled(**labels: str | None) -> Change:
    """Give Bookinfo's namespace other labels; `None` takes one away."""
    path, ours = "/api/v1/namespaces/bookinfo", {"istio-injection": "enabled"}
    back = dict.fromkeys(labels) | ours
    return lambda api: patched(path, {"metadata": {"labels": labels}}, {"metadata": {"labels": back}}, api)


def secret(name: str, key: str, content: str) -> Change:
    """Give a Secret beside the Collector another content."""
    path = f"{OBSERVABILITY}/secrets/{name}"

    def change(api: Any) -> AbstractContextManager[None]:
        before = request(api, "GET", path)["data"][key]
        return patched(path, {"data": {key: base64.b64encode(content.encode()).decode()}}, {"data": {key: before}}, api)

    return change


def stale_webhook(pem: str) -> Change:
    """Give the injector another CA; istiod would fix it at once, if the object kept the label that it looks for."""

    @contextmanager
    def change(api: Any) -> Generator[None]:
        path = f"{ADMISSION}/mutatingwebhookconfigurations/istio-sidecar-injector"
        before = request(api, "GET", path)
        bundle = base64.b64encode(pem.encode()).decode()
        webhooks = [each | {"clientConfig": each["clientConfig"] | {"caBundle": bundle}} for each in before["webhooks"]]
        back = {"metadata": {"labels": before["metadata"]["labels"]}, "webhooks": before["webhooks"]}
        with patched(path, {"metadata": {"labels": {"istio.io/rev": None}}}, back, api):
            request(api, "PATCH", path, {"webhooks": webhooks})
            yield

    return change


@contextmanager
def silent_webhook(api: Any) -> Generator[None]:
    """Let the injector be called where nobody listens."""
    path = f"{ADMISSION}/mutatingwebhookconfigurations/istio-sidecar-injector"
    before = request(api, "GET", path)["webhooks"]
    nowhere = [each | {"clientConfig": each["clientConfig"] | {"url": "https://127.0.0.1:1/inject"}} for each in before]
    with patched(path, {"webhooks": nowhere}, {"webhooks": before}, api):
        yield


def template(path: str, patch: Mapping[str, Any], back: Mapping[str, Any]) -> Change:
    """Merge a patch into a Deployment's Pod template, and `back` afterwards; wait for the new Pods each time."""

    @contextmanager
    def change(api: Any) -> Generator[None]:
        with patched(path, {"spec": {"template": patch}}, {"spec": {"template": back}}, api):
            rolled_out(api, path)
            yield
        rolled_out(api, path)

    return change


def without_sidecar(deployment: str) -> Change:
    """Let one of Bookinfo's Deployments refuse its sidecar."""

    def label(value: str | None) -> dict[str, Any]:
        return {"metadata": {"labels": {"sidecar.istio.io/inject": value}}}

    return template(f"/apis/apps/v1/namespaces/bookinfo/deployments/{deployment}", label("false"), label(None))


def rolled_out(api: Any, path: str, seconds: float = 60) -> None:
    """Wait until a Deployment has its wanted Pods, ready and of the current template, and no others."""
    deadline = time.monotonic() + seconds
    while True:
        found = request(api, "GET", path)
        labels = found["spec"]["selector"]["matchLabels"]
        selector = "%2C".join(f"{name}%3D{value.replace('/', '%2F')}" for name, value in labels.items())
        namespace = found["metadata"]["namespace"]
        pods = request(api, "GET", f"/api/v1/namespaces/{namespace}/pods?labelSelector={selector}")["items"]
        status, wanted = found["status"], found["spec"]["replicas"]
        counts = {status.get("updatedReplicas", 0), status.get("readyReplicas", 0), len(pods)}
        # The status lags behind: a Pod that was just deleted still counts as ready until the next one is made.
        current = status.get("observedGeneration") == found["metadata"]["generation"]
        if current and counts == {wanted} and not any("deletionTimestamp" in pod["metadata"] for pod in pods):
            return
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
