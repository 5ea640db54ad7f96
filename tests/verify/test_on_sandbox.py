"""The verification on a genuine API server with a genuine istiod: each broken link is the only failure named."""

import base64
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import pytest

from components.configuration.certificates import fingerprints
from tests.collector.certificates import Authority
from tests.sandbox.conftest import new_sandbox
from tests.sandbox.running import Running, client, identity
from tests.verify.silence import Silence
from verify.causes import Cause
from verify.context import Context
from verify.outcomes import NOT_PROVEN, StageResult, Verdict, exit_code
from verify.plan import STAGES
from verify.run import run
from verify.target import Target

#: Kinds whose objects change by themselves in any cluster.
RESTLESS: Final = ("/events", "/leases", "/nodes")

#: Annotation of the ConfigMaps in which istiod renews its leadership every few seconds.
LEADER: Final = "control-plane.alpha.kubernetes.io/leader"

OTHER_CA: Final = Authority("other").pem


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with new_sandbox("sandbox", "verify") as made:
        made.up()
        yield made


@pytest.fixture(scope="module")
def outputs(running: Running) -> dict[str, Any]:
    return running.outputs()


def verified(outputs: Mapping[str, Any], **changes: Any) -> list[StageResult]:
    return run(STAGES, Context(Target.from_outputs("sandbox", {**outputs, **changes})), Silence())


def failures(results: list[StageResult]) -> list[tuple[str, str]]:
    return [
        (result.stage, str(finding.cause))
        for result in results
        for finding in result.findings
        if finding.verdict is Verdict.FAIL
    ]


def test_a_sound_environment_fails_nowhere_and_says_what_simulated_nodes_cannot_prove(outputs: dict[str, Any]) -> None:
    results = verified(outputs)

    assert failures(results) == []
    assert exit_code(results) == NOT_PROVEN
    unproven = {finding.cause for result in results for finding in result.findings if finding.verdict is Verdict.SKIP}
    assert unproven == {Cause.SIMULATED_NODES, None}


def test_nothing_in_the_cluster_is_changed(running: Running, outputs: dict[str, Any]) -> None:
    before = versions(running)

    verified(outputs)

    assert versions(running) == before


def versions(running: Running) -> dict[str, str]:
    return {
        identity(item): item["metadata"].get("resourceVersion", "")
        for item in running.everything()
        if not item["collection"].endswith(RESTLESS) and LEADER not in item["metadata"].get("annotations", {})
    }


def test_the_token_is_in_no_finding(outputs: dict[str, Any]) -> None:
    assert "example-token-of-the-sandbox" not in str(verified(outputs))


Change = Callable[[Any], AbstractContextManager[None]]


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


def request(api: Any, method: str, path: str, body: Any = None) -> Any:
    headers = {"Accept": "application/json", "Content-Type": "application/merge-patch+json"}
    if method == "POST":
        headers["Content-Type"] = "application/json"
    words = api.param_serialize(method, path, header_params=headers, body=body, auth_settings=["BearerToken"])
    answer = api.call_api(*words, _request_timeout=30)
    assert answer.status < 400, answer.read()
    return client.ApiClient().deserialize(answer.read().decode(), "object", "application/json")


def labelled(**labels: str | None) -> Change:
    path, ours = "/api/v1/namespaces/bookinfo", {"istio-injection": "enabled"}
    back = dict.fromkeys(labels) | ours
    return lambda api: patched(path, {"metadata": {"labels": labels}}, {"metadata": {"labels": back}}, api)


def secret(name: str, key: str, content: str) -> Change:
    path = f"/api/v1/namespaces/observability/secrets/{name}"

    def change(api: Any) -> AbstractContextManager[None]:
        before = request(api, "GET", path)["data"][key]
        return patched(path, {"data": {key: base64.b64encode(content.encode()).decode()}}, {"data": {key: before}}, api)

    return change


def without(path: str) -> Change:
    return lambda api: deleted(path, api)


def changed(path: str, patch: Mapping[str, Any]) -> Change:
    """Merge a patch into an object; afterwards its former spec."""

    def change(api: Any) -> AbstractContextManager[None]:
        before = request(api, "GET", path)
        return patched(path, patch, {key: before[key] for key in patch}, api)

    return change


@contextmanager
def stale_webhook(api: Any) -> Generator[None]:
    """Give the injector another CA; istiod would mend it at once, if the object kept the label that it looks for."""
    path = f"{ADMISSION}/mutatingwebhookconfigurations/istio-sidecar-injector"
    before = request(api, "GET", path)
    bundle = base64.b64encode(OTHER_CA.encode()).decode()
    webhooks = [each | {"clientConfig": each["clientConfig"] | {"caBundle": bundle}} for each in before["webhooks"]]
    back = {"metadata": {"labels": before["metadata"]["labels"]}, "webhooks": before["webhooks"]}
    with patched(path, {"metadata": {"labels": {"istio.io/rev": None}}}, back, api):
        request(api, "PATCH", path, {"webhooks": webhooks})
        yield


@contextmanager
def silent_webhook(api: Any) -> Generator[None]:
    """Let the injector be called where nobody listens."""
    path = f"{ADMISSION}/mutatingwebhookconfigurations/istio-sidecar-injector"
    before = request(api, "GET", path)["webhooks"]
    nowhere = [each | {"clientConfig": each["clientConfig"] | {"url": "https://127.0.0.1:1/inject"}} for each in before]
    with patched(path, {"webhooks": nowhere}, {"webhooks": before}, api):
        yield


@contextmanager
def without_sidecar(api: Any) -> Generator[None]:
    """Let one Deployment refuse its sidecar, and wait until its new Pod is there."""
    path = "/apis/apps/v1/namespaces/bookinfo/deployments/details-v1"

    def template(value: str | None) -> dict[str, Any]:
        return {"spec": {"template": {"metadata": {"labels": {"sidecar.istio.io/inject": value}}}}}

    with patched(path, template("false"), template(None), api):
        rolled_out(api, path)
        yield
    rolled_out(api, path)


def rolled_out(api: Any, path: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        found = request(api, "GET", path)
        pods = request(api, "GET", "/api/v1/namespaces/bookinfo/pods?labelSelector=app%3Ddetails")["items"]
        current = found["status"].get("observedGeneration") == found["metadata"]["generation"]
        if current and found["status"].get("updatedReplicas") == len(pods) == 1:
            return
        assert time.monotonic() < deadline, found["status"]
        time.sleep(0.1)


ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"
OBSERVABILITY: Final = "/api/v1/namespaces/observability"
TELEMETRY: Final = "/apis/telemetry.istio.io/v1/namespaces/istio-system/telemetries/mesh-default"
POLICY: Final = "/apis/networking.k8s.io/v1/namespaces/observability/networkpolicies/otel-collector"

BROKEN: Final[Mapping[str, tuple[Change, str, Cause]]] = {
    "injection label removed": (
        labelled(**{"istio-injection": None}),
        "namespaces",
        Cause.INJECTION_LABEL_MISSING,
    ),
    "injection by another revision": (
        labelled(**{"istio-injection": None, "istio.io/rev": "canary"}),
        "namespaces",
        Cause.INJECTION_LABEL_OTHER,
    ),
    "webhook's CA stale": (stale_webhook, "control plane", Cause.WEBHOOK_CA_STALE),
    "webhook not answering": (silent_webhook, "control plane", Cause.WEBHOOK_SILENT),
    "validator gone": (
        without(f"{ADMISSION}/validatingwebhookconfigurations/istiod-default-validator"),
        "control plane",
        Cause.WEBHOOK_MISSING,
    ),
    "Deployment without sidecar": (without_sidecar, "sidecars", Cause.SIDECAR_MISSING),
    "Telemetry gone": (without(TELEMETRY), "sidecars", Cause.TELEMETRY_MISSING),
    "sampling 10": (
        changed(
            TELEMETRY,
            {"spec": {"tracing": [{"providers": [{"name": "otel-collector"}], "randomSamplingPercentage": 10}]}},
        ),
        "sidecars",
        Cause.SAMPLING_OTHER,
    ),
    "CA Secret gone": (
        without(f"{OBSERVABILITY}/secrets/lightstep.cacert"),
        "CA certificate",
        Cause.CA_SECRET_MISSING,
    ),
    "CA of another backend": (
        secret("lightstep.cacert", "cacert.pem", OTHER_CA),
        "CA certificate",
        Cause.CA_SECRET_OTHER,
    ),
    "CA Secret unreadable": (secret("lightstep.cacert", "cacert.pem", "-"), "CA certificate", Cause.CA_UNREADABLE),
    "token's Secret gone": (
        without(f"{OBSERVABILITY}/secrets/otel-collector-credentials"),
        "access token",
        Cause.TOKEN_MISSING,
    ),
    "token empty": (
        secret("otel-collector-credentials", "credentials.yaml", '{"exporters": {"otlp": {"headers": {}}}}'),
        "access token",
        Cause.TOKEN_MISSING,
    ),
    "NetworkPolicy blocks the Collector": (
        changed(POLICY, {"spec": {"ingress": [], "egress": []}}),
        "Collector",
        Cause.COLLECTOR_BLOCKED,
    ),
    "Collector scaled to nothing": (
        changed("/apis/apps/v1/namespaces/observability/deployments/otel-collector", {"spec": {"replicas": 0}}),
        "Collector",
        Cause.COLLECTOR_NOT_READY,
    ),
    "gateway's Service gone": (
        without("/api/v1/namespaces/istio-ingress/services/istio-ingressgateway"),
        "gateway",
        Cause.GATEWAY_MISSING,
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_environment_names_that_link_and_no_other(
    running: Running, outputs: dict[str, Any], broken: str
) -> None:
    change, stage, cause = BROKEN[broken]

    with change(running.api()):
        results = verified(outputs)

    assert failures(results) == [(stage, cause)]
    assert exit_code(results) == next(int(result.failure) for result in results if result.stage == stage)


def test_a_ca_of_the_stack_that_has_expired_is_named(running: Running, outputs: dict[str, Any]) -> None:
    expired = Authority("expired", hours=-1).pem
    with secret("lightstep.cacert", "cacert.pem", expired)(running.api()):
        results = verified(outputs, backendCaSha256=fingerprints(expired))

    assert failures(results) == [("CA certificate", Cause.CA_EXPIRED)]


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"istioVersion": "1.26.0"}, ("control plane", Cause.ISTIOD_OTHER_VERSION)),
        ({"istioRevision": "canary"}, ("control plane", Cause.ISTIOD_MISSING)),
        ({"ingressHost": "192.0.2.1"}, ("gateway", Cause.GATEWAY_OTHER_ADDRESS)),
        ({"backendHeaderNames": ["x-tenant"]}, ("access token", Cause.TOKEN_MISSING)),
        ({"kubeconfig": "not a kubeconfig"}, ("cluster", Cause.KUBECONFIG_UNUSABLE)),
    ],
)
def test_a_cluster_that_is_not_as_the_stack_says_is_named(
    outputs: dict[str, Any], changes: dict[str, Any], failure: tuple[str, Cause]
) -> None:
    assert failures(verified(outputs, **changes))[:1] == [failure]
