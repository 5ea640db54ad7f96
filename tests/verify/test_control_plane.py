"""istiod and its webhooks, judged by objects."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from packaging.version import Version

from tests.support.certificates import authority
from tests.verify.support import Cluster, causes, context, expected, verdicts
from verify.causes import Cause
from verify.cluster.api import Answer
from verify.cluster.webhooks import judge_ca_bundle, judge_injection, judge_mesh_ca, judge_validation
from verify.outcomes import Verdict
from verify.stages.cluster import judge_versions
from verify.stages.control_plane import STAGE, judge_istiod, judge_tag

ROOT = authority("cluster.local").pem
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
WEBHOOKS = {
    f"{ADMISSION}/mutatingwebhookconfigurations/istio-sidecar-injector": "istio-sidecar-injector",
    f"{ADMISSION}/validatingwebhookconfigurations/istio-validator-istio-system": "istio-validator-istio-system",
    f"{ADMISSION}/validatingwebhookconfigurations/istiod-default-validator": "istiod-default-validator",
}
UNREACHED = "failed calling webhook: context deadline exceeded"


def istiod(ready: int = 1, image: str = "docker.io/istio/pilot:1.27.0", revision: str = "default") -> dict[str, Any]:
    return {
        "metadata": {"name": "istiod", "labels": {"istio.io/rev": revision}},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"image": image}]}}},
        "status": {"readyReplicas": ready},
    }


def webhook(name: str, ca: str | None = ROOT) -> dict[str, Any]:
    bundle = {"caBundle": base64.b64encode(ca.encode()).decode()} if ca else {}
    return {
        "metadata": {"name": name},
        "webhooks": [{"name": "namespace.sidecar-injector.istio.io", "clientConfig": bundle}],
    }


@pytest.mark.parametrize(
    ("deployment", "cause"),
    [
        (None, Cause.ISTIOD_MISSING),
        (istiod(ready=0), Cause.ISTIOD_NOT_READY),
        (istiod(image="docker.io/istio/pilot:1.26.0"), Cause.ISTIOD_OTHER_VERSION),
        (istiod(revision="canary"), Cause.ISTIOD_OTHER_VERSION),
    ],
)
def test_a_wrong_istiod_is_one_failure(deployment: Any, cause: Cause) -> None:
    assert causes(judge_istiod(deployment, expected())) == [cause]


@pytest.mark.parametrize(
    "image", ["hub/pilot:1.27.0-distroless", "hub:5000/pilot@sha256:0abc", "hub/pilot:1.27.0-debug"]
)
def test_variants_of_the_image_are_the_same_version(image: str) -> None:
    assert causes(judge_istiod(istiod(2, image), expected())) == []


def test_a_named_revision_has_its_own_istiod() -> None:
    found = judge_istiod(istiod(2, revision="canary"), expected(istioRevision="canary"))

    assert found[0].check == "istiod-canary is ready"
    assert causes(found) == []


def test_fewer_pods_than_wanted_are_a_warning() -> None:
    assert verdicts(judge_istiod(istiod(1), expected())) == [Verdict.WARN, Verdict.PASS]


@pytest.mark.parametrize("ca", [authority("cluster.local").pem, None, "no certificate"])
def test_a_webhook_with_another_ca_is_stale(ca: str | None) -> None:
    found = judge_ca_bundle(webhook("istio-sidecar-injector", ca), ROOT, "istiod")

    assert (found.verdict, found.cause) == (Verdict.FAIL, Cause.WEBHOOK_CA_STALE)
    assert "rollout restart deployment --namespace istio-system istiod" in (found.fix or "")


def test_a_webhook_that_trusts_more_than_the_meshs_ca_is_right() -> None:
    both = ROOT + authority("next").pem

    assert judge_ca_bundle(webhook("istio-sidecar-injector", both), ROOT, "istiod").verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(-1, Verdict.FAIL), (0, Verdict.PASS), (340, Verdict.WARN), (365 * 20, Verdict.FAIL)],
    ids=["before", "long enough", "soon over", "after"],
)
def test_the_meshs_ca_is_to_be_valid_for_thirty_days(days: int, verdict: Verdict) -> None:
    assert judge_mesh_ca(ROOT, datetime.now(UTC) + timedelta(days=days)).verdict is verdict


def injected(*containers: str) -> Answer:
    return Answer(201, {"spec": {"containers": [{"name": each, "image": f"{each}:1"} for each in containers]}})


@pytest.mark.parametrize(
    ("answer", "verdict", "cause"),
    [
        (injected("probe", "istio-proxy"), Verdict.PASS, None),
        (injected("probe"), Verdict.FAIL, Cause.INJECTOR_INJECTS_NOTHING),
        (Answer(500, {"message": UNREACHED}), Verdict.FAIL, Cause.WEBHOOK_SILENT),
        (Answer(403, {"message": "violates PodSecurity"}), Verdict.SKIP, Cause.NOT_TO_BE_SEEN),
    ],
)
def test_a_dry_run_of_a_pod_tells_of_the_injector(answer: Answer, verdict: Verdict, cause: Cause | None) -> None:
    found = judge_injection(answer, "bookinfo", "istiod")

    assert (found.verdict, found.cause) == (verdict, cause)


@pytest.mark.parametrize(
    ("answer", "verdict", "cause"),
    [
        (Answer(400, {"message": 'admission webhook "x" denied the request: no route'}), Verdict.PASS, None),
        (Answer(201, {}), Verdict.FAIL, Cause.VALIDATOR_ACCEPTS_ANYTHING),
        (Answer(500, {"message": UNREACHED}), Verdict.FAIL, Cause.WEBHOOK_SILENT),
        (Answer(403, {"message": "forbidden"}), Verdict.SKIP, Cause.NOT_TO_BE_SEEN),
    ],
)
def test_a_dry_run_of_a_wrong_route_tells_of_the_validator(
    answer: Answer, verdict: Verdict, cause: Cause | None
) -> None:
    found = judge_validation(answer, "istiod")

    assert (found.verdict, found.cause) == (verdict, cause)


def objects(**changes: Any) -> dict[str, Any]:
    return {
        "/apis/apps/v1/namespaces/istio-system/deployments/istiod": istiod(2),
        "/api/v1/namespaces/istio-system/configmaps/istio-ca-root-cert": {"data": {"root-cert.pem": ROOT}},
        **{path: webhook(name) for path, name in WEBHOOKS.items()},
        **changes,
    }


def tag(service: str) -> dict[str, Any]:
    return {"webhooks": [{"clientConfig": {"service": {"name": service}}}]}


@pytest.mark.parametrize(
    ("found", "cause"),
    [(tag("istiod"), None), (tag("istiod-1-26"), Cause.TAG_OTHER), (None, Cause.WEBHOOK_MISSING)],
    ids=["right", "another revision", "missing"],
)
def test_a_tag_leads_to_the_revision_that_it_stands_for(found: dict[str, Any] | None, cause: Cause | None) -> None:
    judged = judge_tag(found, "next", "default")

    assert (judged.check, judged.cause) == ("tag next stands for revision default", cause)


def test_each_control_plane_is_looked_at() -> None:
    both: dict[str, Any] = {"istioRevisions": {"default": "1.27.0", "1-28": "1.28.0"}, "istioTags": {"next": "1-28"}}

    found = STAGE.check(context(Cluster(), **both), lambda _: None)

    assert causes(found) == [Cause.ISTIOD_MISSING, Cause.ISTIOD_MISSING, Cause.WEBHOOK_MISSING]
    assert [each.check for each in found if each.cause] == [
        "istiod is ready",
        "istiod-1-28 is ready",
        "tag next stands for revision 1-28",
    ]


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_missing_webhook_is_the_only_failure(path: str) -> None:
    found = STAGE.check(context(Cluster(objects(**{path: None}))), lambda _: None)

    assert causes(found) == [Cause.WEBHOOK_MISSING]
    assert found[-1].verdict is Verdict.SKIP


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_stale_webhook_is_the_only_failure_and_no_dry_run_is_made(path: str) -> None:
    stale = webhook(WEBHOOKS[path], authority("cluster.local").pem)

    found = STAGE.check(context(Cluster(objects(**{path: stale}))), lambda _: None)

    assert causes(found) == [Cause.WEBHOOK_CA_STALE]
    assert found[-1].evidence == ("because the API server would not trust them",)


@pytest.mark.parametrize(
    ("istio", "kubernetes", "expected"),
    [
        ("1.30.0", "1.35.1", []),
        ("1.30.0", "1.31.0", [Cause.KUBERNETES_UNSUPPORTED]),
        ("1.27.0", "1.33.0", [Cause.ISTIO_OUT_OF_SUPPORT]),
        ("1.13.0", "1.25.0", [Cause.KUBERNETES_UNSUPPORTED]),
        ("1.99.0", "1.35.0", []),
    ],
)
def test_versions_are_held_against_istios_own_table(istio: str, kubernetes: str, expected: list[Cause]) -> None:
    found = judge_versions(Version(istio), Version(kubernetes), datetime(2026, 9, 1, tzinfo=UTC).date())

    assert [finding.cause for finding in found if finding.cause] == expected
