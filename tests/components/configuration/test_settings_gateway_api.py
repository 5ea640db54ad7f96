"""Which of the Gateway API's CRDs are installed: those that nobody else looks after, and never older ones."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from components.configuration.machinery.gateway_api_crds import CrdFile, installed_crds
from components.configuration.reading import parse_settings
from components.model.gateway_api import BUNDLE_VERSION, GATEWAYS, OURS, InstalledCrds
from components.versions.gateway_api import FIRST, TABLE, crds_for
from tests.components.configuration.settings_support import EXISTING, NOW, RIGHT, SECRETS, crds, kubeconfig
from tests.support.served import Asked, Reply, as_json, serving

RELEASES = "https://github.com/kubernetes-sigs/gateway-api/releases/download"
BY_API = {**EXISTING, "gatewayApi": "true"}


def source(project: Path, found: InstalledCrds | None, **given: str) -> str | None:
    """Return where the CRDs come from in a cluster that has `found`."""
    return parse_settings(
        {**BY_API, **given}, stack="dev", root=project, now=NOW, secret_keys=SECRETS, installed_crds=lambda _: found
    ).gateway_api_source


def test_cluster_without_crds_gets_those_that_its_istio_is_built_against(project: Path) -> None:
    assert source(project, InstalledCrds(), istioVersion="1.31.0") == f"{RELEASES}/v1.6.0/standard-install.yaml"
    assert source(project, InstalledCrds(), istioVersion="1.27.0") == f"{RELEASES}/v1.3.0/standard-install.yaml"


def test_file_is_taken_instead(project: Path) -> None:
    assert source(project, InstalledCrds(), gatewayApiCrds="standard-install.yaml") == "standard-install.yaml"


def test_crds_of_others_are_left_alone(project: Path) -> None:
    assert source(project, InstalledCrds(Version("1.4.0"))) is None


def test_nothing_is_installed_where_nobody_answers(project: Path) -> None:
    assert source(project, None) is None


def test_our_own_are_looked_after_and_never_taken_back(project: Path) -> None:
    ours = InstalledCrds(Version("1.6.0"), ours=True)

    assert source(project, ours, istioVersion="1.27.0") == f"{RELEASES}/v1.6.0/standard-install.yaml"
    older = InstalledCrds(Version("1.3.0"), ours=True)
    assert source(project, older, istioVersion="1.31.0") == f"{RELEASES}/v1.6.0/standard-install.yaml"


def test_nobody_is_asked_without_the_gateway_api_nor_on_gke(project: Path) -> None:
    def refuse(_: str) -> InstalledCrds:
        raise AssertionError("the cluster was asked")

    for raw in (EXISTING, {**RIGHT, "gatewayApi": "true"}):
        settings = parse_settings(raw, stack="dev", root=project, now=NOW, secret_keys=SECRETS, installed_crds=refuse)
        assert settings.gateway_api_source is None


@pytest.mark.parametrize(
    ("istio", "release"),
    [("1.27.0", "1.3.0"), ("1.29.4", "1.3.0"), ("1.30.2", "1.5.1"), ("1.31.0-rc.1", "1.6.0"), ("1.40.0", "1.6.0")],
)
def test_every_istio_has_its_crds(istio: str, release: str) -> None:
    assert crds_for(Version(istio)) == Version(release)


def test_table_goes_up_from_the_first_version() -> None:
    assert [row.since for row in TABLE] == sorted(row.since for row in TABLE)
    assert [row.crds for row in TABLE] == sorted(row.crds for row in TABLE)
    assert TABLE[0].since == FIRST


@contextmanager
def cluster(status: int, **metadata: Any) -> Generator[str]:
    """Yield the kubeconfig of an API server that knows the CRD of Gateways by these metadata."""
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{GATEWAYS}"

    def reply(asked: Asked) -> Reply:
        known = asked.path == path and status == 200
        return as_json({"metadata": metadata}) if known else Reply(status if asked.path == path else 500)

    with serving(reply) as server:
        address = f"http://127.0.0.1:{server.port}"
        yield kubeconfig(clusters=[{"name": "kind", "cluster": {"server": address}}])


def test_cluster_says_which_crds_it_has() -> None:
    with cluster(200, annotations={BUNDLE_VERSION: "v1.4.1"}) as theirs:
        assert installed_crds(theirs) == InstalledCrds(Version("1.4.1"))
    with cluster(200, annotations={BUNDLE_VERSION: "v1.6.0-rc.1"}, labels={**OURS, "a": "b"}) as ours:
        assert installed_crds(ours) == InstalledCrds(Version("1.6.0"), ours=True)
    with cluster(404) as without:
        assert installed_crds(without) == InstalledCrds()


@pytest.mark.parametrize("status", [401, 403, 500])
def test_refusal_means_that_nothing_is_known(status: int) -> None:
    with cluster(status) as refusing:
        assert installed_crds(refusing) is None


def test_crds_without_a_release_are_not_taken_for_any() -> None:
    with cluster(200) as odd:
        assert installed_crds(odd) is None


def test_release_of_a_file_is_read_off_it(tmp_path: Path) -> None:
    (tmp_path / "crds.yaml").write_text(crds("v1.6.0"))

    assert CrdFile.read("crds.yaml", tmp_path / "crds.yaml") == CrdFile("crds.yaml", Version("1.6.0"))
