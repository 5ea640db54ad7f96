"""An existing cluster's version comes from its API server, or is unknown; asking never breaks anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from packaging.version import Version

from components.configuration.machinery import api_server as asking
from components.configuration.machinery.cluster_facts import ClusterFacts, OtherIstio, OwnIstio, cluster_facts
from components.configuration.reading import parse_settings
from tests.components.configuration.settings_support import EXISTING, NOW, RIGHT, SECRETS, kubeconfig, read
from tests.support.served import Asked, Reply, as_json, serving

VERSION = {
    "major": "1",
    "minor": "33",
    "gitVersion": "v1.33.5-gke.1080000",
    **dict.fromkeys(["gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"], ""),
}


@dataclass
class ApiServer:
    """A server that answers for its version and its injectors once `open` is set, as it is from the start."""

    status: int = 200
    answer: dict[str, str] = field(default_factory=VERSION.copy)
    open: Event = field(default_factory=Event)
    port: int = 0
    injectors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    injectors_status: int = 200
    istiods: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    pods: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    groups: list[str] | None = None

    def kubeconfig(self, **user: Any) -> str:
        cluster = {"name": "kind", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}
        return kubeconfig(clusters=[cluster], users=[{"name": "admin", "user": user or {"token": "kubeconfig-token"}}])

    def reply(self, asked: Asked) -> Reply:
        self.open.wait()
        if asked.path.startswith("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"):
            return replace(as_json({"items": self.injectors}), status=self.injectors_status)
        if asked.path.startswith("/apis/apps/v1/namespaces/istio-system/deployments"):
            return as_json({"items": self.istiods})
        if asked.path.startswith("/api/v1/pods"):
            return as_json({"items": self.pods})
        if asked.path == "/apis/" and self.groups is not None:
            return as_json({"groups": [{"name": each, "versions": []} for each in self.groups]})
        return replace(as_json(self.answer), status=self.status if asked.path == "/version/" else 404)


def injector(*writers: str, name: str = "istio-sidecar-injector", revision: str = "default") -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "labels": {"app": "sidecar-injector", "istio.io/rev": revision},
            "managedFields": [{"manager": writer, "operation": "Apply"} for writer in writers],
        }
    }


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    api = ApiServer()
    api.open.set()
    with serving(api.reply) as server:
        api.port = server.port
        yield api
        api.open.set()


def test_version_is_told_without_what_the_distribution_adds(api_server: ApiServer) -> None:
    assert cluster_facts(api_server.kubeconfig()).version == Version("1.33.5")


def test_api_groups_are_told_and_not_known_where_the_server_does_not_tell_them(api_server: ApiServer) -> None:
    assert cluster_facts(api_server.kubeconfig()).api_groups is None
    api_server.groups = ["apps", "monitoring.coreos.com"]
    assert cluster_facts(api_server.kubeconfig()).api_groups == {"apps", "monitoring.coreos.com"}


def test_server_on_this_machine_is_asked_without_a_proxy(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert cluster_facts(api_server.kubeconfig()).version == Version("1.33.5")


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_refusal_means_that_nothing_is_known(api_server: ApiServer, status: int) -> None:
    api_server.status = status

    assert cluster_facts(api_server.kubeconfig()).version is None


@pytest.mark.parametrize("git_version", ["", "latest", "v1.33"])
def test_odd_answer_means_that_nothing_is_known(api_server: ApiServer, git_version: str) -> None:
    api_server.answer["gitVersion"] = git_version

    assert cluster_facts(api_server.kubeconfig()).version is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not: a kubeconfig",
        "a: [",
        kubeconfig(clusters=[{"name": "kind", "cluster": {"server": "http://127.0.0.1:9"}}]),
        kubeconfig(clusters=[{"name": "kind", "cluster": {"server": "https://cluster.invalid"}}]),
        kubeconfig(users=[{"name": "admin", "user": {"client-certificate-data": "AAAA", "client-key-data": "AAAA"}}]),
        kubeconfig(users=[{"name": "admin", "user": {"exec": {"command": "no-such-plugin", "apiVersion": "x"}}}]),
    ],
    ids=["empty", "no kubeconfig", "no YAML", "nobody listens", "no such host", "no certificate", "no plugin"],
)
def test_nothing_to_ask_means_that_nothing_is_known(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert cluster_facts(text).version is None
    assert "Traceback" not in "".join(capfd.readouterr())


def test_silent_server_is_not_waited_for(api_server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    api_server.open.clear()

    assert cluster_facts(api_server.kubeconfig()).version is None


def test_credential_plugin_that_waits_for_someone_is_not_waited_for(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    plugin = {"command": "sleep", "args": ["2"], "apiVersion": "client.authentication.k8s.io/v1beta1"}

    assert cluster_facts(api_server.kubeconfig(exec=plugin)).version is None


def test_existing_cluster_is_asked_once(project: Path) -> None:
    asked: list[str] = []

    def answer(text: str) -> ClusterFacts:
        asked.append(text)
        return ClusterFacts(Version("1.33.5"))

    settings = parse_settings(EXISTING, stack="dev", root=project, now=NOW, secret_keys=SECRETS, cluster=answer)

    assert settings.kubernetes_version == Version("1.33.5")
    assert asked == [settings.kubeconfig_contents]


@pytest.mark.parametrize(
    ("changes", "version"),
    [
        ({}, "1.35"),
        ({"gkeReleaseChannel": "RAPID"}, "1.36"),
        ({"gkeVersion": "1.33.5-gke.1080000"}, "1.33"),
        ({"gkeVersion": "latest"}, "1.36"),
    ],
    ids=["default", "channel", "version", "latest"],
)
def test_version_of_a_cluster_on_gke_follows_from_its_settings(
    changes: dict[str, str], version: str, tmp_path: Path
) -> None:
    settings = read({**RIGHT, **changes}, tmp_path, kubernetes="1.20.0")

    assert settings.kubernetes_version == Version(version)


def test_unknown_version_refuses_nothing(project: Path) -> None:
    settings = read({**EXISTING, "istioVersion": "1.13.9"}, project)

    assert settings.kubernetes_version is None


@pytest.mark.parametrize(
    ("injectors", "others"),
    [
        ([], ()),
        ([injector("helm", "pilot-discovery")], (OtherIstio("istio-sidecar-injector", "default", ("helm",)),)),
        (
            [injector("istio-operator", name="istio-sidecar-injector-canary", revision="canary")],
            (OtherIstio("istio-sidecar-injector-canary", "canary", ("istio-operator",)),),
        ),
        ([injector("pulumi-kubernetes-d9f3fb87", "pulumi-kubernetes-a92b6702", "pilot-discovery")], ()),
        ([injector("helm", "pulumi-kubernetes-d9f3fb87", "pilot-discovery")], ()),
        ([injector("pilot-discovery")], ()),
        ([injector()], ()),
    ],
    ids=["none", "helm", "istioctl", "ours", "taken over", "only istiod", "writers not told"],
)
def test_istio_that_pulumi_did_not_install_is_found(
    api_server: ApiServer, injectors: list[dict[str, Any]], others: tuple[OtherIstio, ...]
) -> None:
    api_server.injectors = injectors

    assert cluster_facts(api_server.kubeconfig()) == ClusterFacts(Version("1.33.5"), others)


def istiod(writer: str, revision: str, image: str) -> dict[str, Any]:
    selector = {"matchLabels": {"app": "istiod"}}
    template = {"spec": {"containers": [{"name": "discovery", "image": image}]}}
    labels = {"app": "istiod", "istio.io/rev": revision}
    metadata = {"name": "istiod", "labels": labels, "managedFields": [{"manager": writer, "operation": "Apply"}]}
    return {"metadata": metadata, "spec": {"selector": selector, "template": template}}


def pod(namespace: str, revision: str) -> dict[str, Any]:
    return {"metadata": {"name": "a", "namespace": namespace, "annotations": {"istio.io/rev": revision}}}


def test_istio_that_pulumi_installed_is_told_with_the_pods_that_it_has_given_sidecars(api_server: ApiServer) -> None:
    api_server.istiods = [
        istiod("pulumi-kubernetes-d9f3fb87", "default", "docker.io/istio/pilot:1.30.2-distroless"),
        istiod("pulumi-kubernetes-d9f3fb87", "1-31", "docker.io/istio/pilot:1.31.4"),
        istiod("helm", "theirs", "docker.io/istio/pilot:1.29.0"),
    ]
    api_server.pods = [pod("shop", "default"), pod("shop", "default"), pod("bookinfo", "default"), pod("b", "theirs")]

    assert cluster_facts(api_server.kubeconfig()).own_istios == (
        OwnIstio("default", "1.30.2", {"shop": 2, "bookinfo": 1}),
        OwnIstio("1-31", "1.31.4", {}),
    )


def test_tag_of_somebody_elses_is_no_istio_of_its_own(api_server: ApiServer) -> None:
    tag = injector("istioctl", name="istio-revision-tag-stable", revision="1-30")
    tag["metadata"]["labels"]["istio.io/tag"] = "stable"
    api_server.injectors = [tag]

    assert cluster_facts(api_server.kubeconfig()).other_istios == ()


@pytest.mark.parametrize(
    ("changes", "shared"), [({"takeOverIstio": "true"}, False), ({"istioRevision": "beside"}, True)]
)
def test_namespace_of_the_control_plane_is_shared_with_an_istio_beside(
    changes: dict[str, str], shared: bool, project: Path
) -> None:
    assert read({**EXISTING, **changes}, project, others=("default",)).shares_istio_namespace is shared
    assert not read({**EXISTING, **changes}, project).shares_istio_namespace


def test_control_plane_goes_once_nobody_uses_it(project: Path) -> None:
    moved = {**EXISTING, "istioRevision": "1-31"}

    assert read(moved, project, own=[OwnIstio("default", "1.30.2", {})]).revisions.main == "1-31"


def test_version_is_known_where_webhooks_may_not_be_listed(api_server: ApiServer) -> None:
    api_server.injectors_status = 403

    assert cluster_facts(api_server.kubeconfig()) == ClusterFacts(Version("1.33.5"))


@pytest.mark.parametrize("changes", [{"takeOverIstio": "true"}, {"istioRevision": "beside"}])
def test_other_istio_may_be_taken_over_or_stay_beside_a_revision(changes: dict[str, str], project: Path) -> None:
    settings = read({**EXISTING, **changes}, project, others=("default",))

    assert settings.take_over_istio == ("takeOverIstio" in changes)
