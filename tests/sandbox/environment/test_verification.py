"""The verification on a genuine API server with a genuine istiod: each broken link is the only failure named."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from components.configuration.machinery.certificates import fingerprints
from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import Running, identity
from tests.support.certificates import authority, expired_authority
from tests.support.thorough import one_of_each_kind
from tests.verify.changes import (
    ADMISSION,
    COLLECTOR,
    OBSERVABILITY,
    POLICY,
    TELEMETRY,
    Change,
    changed,
    labelled,
    secret,
    silent_webhook,
    stale_webhook,
    without,
    without_sidecar,
)
from tests.verify.silence import Silence
from tests.verify.support import failures
from verify.causes import Cause
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import NOT_PROVEN, StageResult, Verdict, exit_code
from verify.plan import STAGES
from verify.run import run

#: Kinds whose objects change by themselves in any cluster.
RESTLESS: Final = ("/events", "/leases", "/nodes")

#: Annotation of the ConfigMaps in which istiod renews its leadership every few seconds.
LEADER: Final = "control-plane.alpha.kubernetes.io/leader"

OTHER_CA: Final = authority("other").pem


@pytest.fixture(scope="module")
def outputs(sandbox: Running, first_up: FirstUp) -> dict[str, Any]:
    assert first_up.outcome.exit_code == 0
    return sandbox.outputs()


def verified(outputs: Mapping[str, Any], **changes: Any) -> list[StageResult]:
    return run(STAGES, Context(Expected.from_outputs("sandbox", {**outputs, **changes})), Silence())


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


BROKEN: Final[Mapping[str, tuple[Change, str, Cause]]] = {
    "injection label removed": (labelled(**{"istio-injection": None}), "namespaces", Cause.INJECTION_LABEL_MISSING),
    "injection by another revision": (
        labelled(**{"istio-injection": None, "istio.io/rev": "canary"}),
        "namespaces",
        Cause.INJECTION_LABEL_OTHER,
    ),
    "webhook's CA stale": (stale_webhook(OTHER_CA), "control-plane", Cause.WEBHOOK_CA_STALE),
    "webhook not answering": (silent_webhook, "control-plane", Cause.WEBHOOK_SILENT),
    "validator gone": (
        without(f"{ADMISSION}/validatingwebhookconfigurations/istiod-default-validator"),
        "control-plane",
        Cause.WEBHOOK_MISSING,
    ),
    "Deployment without sidecar": (without_sidecar("details-v1"), "sidecars", Cause.SIDECAR_MISSING),
    "Telemetry gone": (without(TELEMETRY), "sidecars", Cause.TELEMETRY_MISSING),
    "sampling 10": (
        changed(
            TELEMETRY,
            {"spec": {"tracing": [{"providers": [{"name": "otel-collector"}], "randomSamplingPercentage": 10}]}},
        ),
        "sidecars",
        Cause.SAMPLING_OTHER,
    ),
    "CA Secret gone": (without(f"{OBSERVABILITY}/secrets/lightstep.cacert"), "ca-certificate", Cause.CA_SECRET_MISSING),
    "CA of another backend": (
        secret("lightstep.cacert", "cacert.pem", OTHER_CA),
        "ca-certificate",
        Cause.CA_SECRET_OTHER,
    ),
    "CA Secret unreadable": (secret("lightstep.cacert", "cacert.pem", "-"), "ca-certificate", Cause.CA_UNREADABLE),
    "token's Secret gone": (
        without(f"{OBSERVABILITY}/secrets/otel-collector-credentials"),
        "access-token",
        Cause.TOKEN_MISSING,
    ),
    "token empty": (
        secret("otel-collector-credentials", "credentials.yaml", '{"exporters": {"otlp_grpc": {"headers": {}}}}'),
        "access-token",
        Cause.TOKEN_MISSING,
    ),
    "NetworkPolicy blocks the Collector": (
        changed(POLICY, {"spec": {"ingress": [], "egress": []}}),
        "collector",
        Cause.COLLECTOR_BLOCKED,
    ),
    "Collector scaled to nothing": (
        changed(COLLECTOR, {"spec": {"replicas": 0}}),
        "collector",
        Cause.COLLECTOR_NOT_READY,
    ),
    "gateway's Service gone": (
        without("/api/v1/namespaces/istio-ingress/services/istio-ingressgateway"),
        "gateway",
        Cause.GATEWAY_MISSING,
    ),
}


@pytest.mark.parametrize("broken", one_of_each_kind(BROKEN, lambda case: case[1]))
def test_a_broken_environment_names_that_link_and_no_other(
    running: Running, outputs: dict[str, Any], broken: str
) -> None:
    change, stage, cause = BROKEN[broken]

    with change(running.api()):
        results = verified(outputs)

    assert failures(results) == [(stage, cause)]
    assert exit_code(results) == next(result.exit_code for result in results if result.id == stage)


def test_a_ca_of_the_stack_that_has_expired_is_named(running: Running, outputs: dict[str, Any]) -> None:
    expired = expired_authority().pem
    with secret("lightstep.cacert", "cacert.pem", expired)(running.api()):
        results = verified(outputs, backendCaSha256=fingerprints(expired))

    assert failures(results) == [("ca-certificate", Cause.CA_EXPIRED)]


#: A revision has an istiod of its own, and a label that three namespaces and the Collector's policy name.
OF_ANOTHER_REVISION: Final = [
    ("control-plane", Cause.ISTIOD_MISSING),
    *[("namespaces", Cause.INJECTION_LABEL_OTHER)] * 3,
    ("collector", Cause.COLLECTOR_BLOCKED),
]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"istioVersion": "1.26.0"}, [("control-plane", Cause.ISTIOD_OTHER_VERSION)]),
        ({"istioRevision": "canary"}, OF_ANOTHER_REVISION),
        ({"ingressHost": "192.0.2.1"}, [("gateway", Cause.GATEWAY_OTHER_ADDRESS)]),
        ({"backendHeaderNames": ["x-tenant"]}, [("access-token", Cause.TOKEN_MISSING)]),
        ({"kubeconfig": "not a kubeconfig"}, [("cluster", Cause.KUBECONFIG_UNUSABLE)]),
    ],
)
def test_a_cluster_that_is_not_as_the_stack_says_is_named_and_nothing_else(
    outputs: dict[str, Any], changes: dict[str, Any], named: list[tuple[str, Cause]]
) -> None:
    assert failures(verified(outputs, **changes)) == named
