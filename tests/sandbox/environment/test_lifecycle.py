"""Teardown and what comes after it."""

from typing import Any

import yaml

from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import Running, identity
from tests.support.istio import RELEASE

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions /"

#: istiod keeps its root certificate and its revoked certificates in every namespace for its workloads.
CERTIFICATES = {"istio-ca-root-cert", "istio-ca-crl"}


def test_destroy_leaves_only_what_istio_keeps_and_up_works_again(running: Running, first_up: FirstUp) -> None:
    try:
        destroyed = running.call("destroy", "--yes", "--skip-preview")

        assert destroyed.exit_code == 0, destroyed.text
        left = {identity(it) for it in running.everything() if _is_made_by_somebody(it)} - first_up.before
        crds = {it for it in left if it.startswith(CRDS)}
        assert {it.removeprefix(CRDS) for it in crds} == _definitions(running)
        assert {it.rsplit("/", 1)[1] for it in left - crds} <= CERTIFICATES
    finally:
        again = running.up()

    assert {operation for operation, _ in again.changed} == {"create"}
    assert running.call("preview", "--expect-no-changes").exit_code == 0


def test_a_wrong_configuration_changes_nothing_and_is_explained(running: Running) -> None:
    outcome = running.configured(samplingPercentage="120", gatewayReplica="3").call("up", "--yes", "--skip-preview")

    assert outcome.exit_code != 0
    assert outcome.changed == []
    assert "Stack 'sandbox' has 2 configuration errors; nothing was created." in outcome.text
    assert "pulumi config set --stack sandbox traced-mesh:samplingPercentage 100" in outcome.text
    assert "gatewayReplicas" in outcome.text
    assert "Traceback" not in outcome.text


def _definitions(running: Running) -> set[str]:
    """Return the names of the CRDs in Istio's base chart."""
    text = (running.toolchain.charts(RELEASE) / "base" / "files" / "crd-all.gen.yaml").read_text()
    return {it["metadata"]["name"] for it in yaml.safe_load_all(text) if it}


def _is_made_by_somebody(item: dict[str, Any]) -> bool:
    """Leave out what Kubernetes itself keeps, some of it from a moment after its start on."""
    own = (
        "/events",
        "/leases",
        "/apiservices",
        "/endpoints",
        "/endpointslices",
        "/componentstatuses",
        "/ipaddresses",
    )
    metadata = item["metadata"]
    return not (
        item["collection"].endswith(own)
        or metadata["name"] in {"default", "kube-root-ca.crt", "kubernetes"}
        or metadata.get("namespace", "").startswith("kube-")
        or "kubernetes.io/bootstrapping" in metadata.get("labels", {})
    )
