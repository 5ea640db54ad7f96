"""A fresh existing cluster, a kubeconfig and nothing more: `pulumi up` makes the backend, too.

It is made with the rights of deploy/kubernetes/deployer.yaml and no others.
"""

from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from typing import Any, Final

import pytest
import yaml

from local.paths import PROJECT
from tests.sandbox.environment.conftest import new_sandbox
from tests.sandbox.environment.running import Outcome, Running, client, config
from tests.verify.silence import Silence
from tests.verify.support import failures
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import NOT_PROVEN, exit_code
from verify.plan import STAGES
from verify.run import run

#: What the sandbox needs besides, whose istiod is of this checkout's toolchain and runs beside the API server.
_OF_THE_SANDBOX: Final = {"istioVersion", "istioCharts", "baseValues", "istiodValues"}


#: Whoever runs Pulumi here.
DEPLOYER: Final = "deployer"

#: The Kubernetes client's errors; it carries no types.
exceptions: Final[Any] = import_module("kubernetes.client.exceptions")


def with_deployer(running: Running) -> Running:
    """Return the sandbox for a ServiceAccount that is given the role of deploy/kubernetes/deployer.yaml alone."""
    api = running.api()
    role = yaml.safe_load((PROJECT / "deploy/kubernetes/deployer.yaml").read_text(encoding="utf-8"))
    core, rbac = client.CoreV1Api(api), client.RbacAuthorizationV1Api(api)
    core.create_namespaced_service_account("default", {"metadata": {"name": DEPLOYER}})
    rbac.create_cluster_role(role)
    subject = {"kind": "ServiceAccount", "name": DEPLOYER, "namespace": "default"}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role["metadata"]["name"]}
    rbac.create_cluster_role_binding({"metadata": {"name": DEPLOYER}, "roleRef": reference, "subjects": [subject]})
    request = {"spec": {"expirationSeconds": 7200}}
    token = core.create_namespaced_service_account_token(DEPLOYER, "default", request).status.token
    kubeconfig = yaml.safe_load(running.instance.kubeconfig.read_text(encoding="utf-8"))
    kubeconfig["users"][0]["user"] = {"token": token}
    file = running.instance.folder / "deployer.yaml"
    file.write_text(yaml.safe_dump(kubeconfig), encoding="utf-8")
    return running.configured(kubeconfig=str(file))


@pytest.fixture(scope="module")
def deployed() -> Iterator[tuple[Running, Running, Outcome]]:
    """A sandbox after its first `up` by the deployer: as its administrator and as the deployer see it."""
    with new_sandbox("quickstart", "quickstart") as made:
        deployer = with_deployer(made)
        yield made, deployer, deployer.up()


@pytest.fixture(scope="module")
def quickstart(deployed: tuple[Running, Running, Outcome]) -> tuple[Running, Outcome]:
    """The same, with its administrator's kubeconfig in the outputs, since verification asks for more."""
    running, _, first = deployed
    assert {name for _, name in running.up().changed} <= {"cluster-kubernetes", "traced-mesh-quickstart"}
    return running, first


def test_deployer_changes_nothing_again_and_has_no_right_to_give_itself_more(
    deployed: tuple[Running, Running, Outcome],
) -> None:
    _, deployer, _ = deployed
    kubeconfig = str(deployer.instance.folder / "deployer.yaml")
    rbac = client.RbacAuthorizationV1Api(config.new_client_from_config(kubeconfig))
    admin = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    subject = {"kind": "ServiceAccount", "name": DEPLOYER, "namespace": "default"}
    binding = {"metadata": {"name": "more"}, "roleRef": admin, "subjects": [subject]}

    assert deployer.up().changed == []
    with pytest.raises(exceptions.ApiException) as refused:
        rbac.create_cluster_role_binding(binding)
    assert refused.value.status == HTTPStatus.FORBIDDEN
    assert "attempting to grant RBAC permissions not currently held" in refused.value.body


def jaeger_pod(running: Running) -> Any:
    selector = "app.kubernetes.io/name=jaeger"
    (pod,) = client.CoreV1Api(running.api()).list_namespaced_pod("observability", label_selector=selector).items
    return pod


def test_the_stack_says_where_the_cluster_is_and_nothing_more(quickstart: tuple[Running, Outcome]) -> None:
    config = yaml.safe_load(quickstart[0].pulumi.stack_file.path.read_text())["config"]

    keys = {key.removeprefix("traced-mesh:") for key in config}
    assert keys - _OF_THE_SANDBOX == {"clusterKind", "clusterName", "kubeconfig"}


def test_the_outputs_end_with_what_shows_and_proves_traces(quickstart: tuple[Running, Outcome]) -> None:
    running, first = quickstart
    outputs = running.outputs()

    assert outputs["tracesCommand"].endswith("--namespace observability port-forward deployment/jaeger 16686")
    assert outputs["tracesCommand"] in first.text
    assert outputs["tracesUrl"] == "http://127.0.0.1:16686"
    assert outputs["backendAddress"] == "jaeger.observability.svc.cluster.local:4317"


def test_jaeger_is_ready_with_a_sidecar_of_the_genuine_istiod(quickstart: tuple[Running, Outcome]) -> None:
    pod = jaeger_pod(quickstart[0])

    assert "istio-proxy" in {it.name for it in [*pod.spec.containers, *pod.spec.init_containers]}
    assert all(status.ready for status in pod.status.container_statuses)
    assert pod.spec.automount_service_account_token is False


def test_nothing_is_broken_there(quickstart: tuple[Running, Outcome]) -> None:
    context = Context(Expected.from_outputs("quickstart", quickstart[0].outputs()))

    results = run(STAGES, context, Silence())

    assert failures(results) == []
    assert exit_code(results) == NOT_PROVEN  # on simulated nodes


def test_a_second_up_changes_nothing_there(quickstart: tuple[Running, Outcome]) -> None:
    assert quickstart[0].up().changed == []


def test_a_volume_is_made_when_asked_for_and_goes_with_the_wish(quickstart: tuple[Running, Outcome]) -> None:
    running, _ = quickstart
    core = client.CoreV1Api(running.api())
    spec = {"capacity": {"storage": "20Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/traces"}}
    core.create_persistent_volume({"metadata": {"name": "for-traces"}, "spec": spec})
    try:
        running.configured(jaegerVolumeGb=20).up()
        with_volume = [volume.name for volume in jaeger_pod(running).spec.volumes if volume.persistent_volume_claim]
        bound = core.read_namespaced_persistent_volume_claim("jaeger", "observability").status.phase
    finally:
        running.up()
        core.delete_persistent_volume("for-traces")

    assert (with_volume, bound) == (["traces"], "Bound")
    assert core.list_namespaced_persistent_volume_claim("observability").items == []


def test_destroy_leaves_nothing_of_it(quickstart: tuple[Running, Outcome]) -> None:
    running, _ = quickstart
    try:
        ended = running.call("destroy", "--yes", "--skip-preview")
        assert ended.exit_code == 0, ended.text
        left = [item for item in running.everything() if item["metadata"].get("namespace") == "observability"]
        assert left == []
    finally:
        running.up()
