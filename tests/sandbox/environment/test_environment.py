"""What `pulumi up` makes, read back from the API server and never from Pulumi's state."""

import base64

import pytest

from components.configuration.machinery.certificates import fingerprints
from local.toolchain.programs import PROGRAMS
from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import Running, client
from tests.support.istio import RELEASE

INJECTED = ("bookinfo", "istio-ingress", "observability")
BOOKINFO = {"details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3"}


def test_every_deployment_is_available(running: Running) -> None:
    deployments = client.AppsV1Api(running.api()).list_deployment_for_all_namespaces().items

    available = {(it.metadata.namespace, it.metadata.name): it.status.available_replicas for it in deployments}

    assert available == {
        ("istio-system", "istiod"): 1,
        ("istio-ingress", "istio-ingressgateway"): 1,
        ("observability", "otel-collector"): 1,
        **{("bookinfo", name): 1 for name in BOOKINFO},
    }


@pytest.mark.parametrize("namespace", INJECTED)
def test_injected_namespaces_carry_the_label(running: Running, namespace: str) -> None:
    labels = client.CoreV1Api(running.api()).read_namespace(namespace).metadata.labels

    assert labels["istio-injection"] == "enabled"


def test_the_api_server_enforces_pod_security_where_no_sidecar_needs_rights(running: Running) -> None:
    core = client.CoreV1Api(running.api())
    root = {"containers": [{"name": "it", "image": "it", "securityContext": {"privileged": True}}]}
    pod = {"metadata": {"name": "root", "labels": {"sidecar.istio.io/inject": "false"}}, "spec": root}

    for namespace in ("istio-system", "istio-ingress"):
        with pytest.raises(client.ApiException, match="violates PodSecurity"):
            core.create_namespaced_pod(namespace, pod, dry_run="All")


def test_the_genuine_istiod_takes_the_policies_of_the_mesh(running: Running) -> None:
    api = client.CustomObjectsApi(running.api())

    tls = api.list_cluster_custom_object("security.istio.io", "v1", "peerauthentications")["items"]
    calls = api.list_cluster_custom_object("security.istio.io", "v1", "authorizationpolicies")["items"]

    assert [(it["metadata"]["namespace"], it["spec"]) for it in tls] == [("istio-system", {"mtls": {"mode": "STRICT"}})]
    denied = {it["metadata"]["namespace"] for it in calls if not it.get("spec")}
    assert denied == set(INJECTED)


def test_the_ca_secret_is_beside_the_collector_and_nowhere_else(running: Running) -> None:
    secrets = client.CoreV1Api(running.api()).list_secret_for_all_namespaces().items
    (secret,) = [it for it in secrets if it.metadata.name == "lightstep.cacert"]

    assert secret.metadata.namespace == "observability"
    assert secret.type == "Opaque"
    assert secret.metadata.labels == {"app": "lightstep"}
    assert {key: base64.b64decode(value).decode() for key, value in secret.data.items()} == {
        "cacert.pem": running.instance.ca_file.read_text()
    }


def test_bookinfo_pods_are_injected_by_the_genuine_istiod(running: Running) -> None:
    pods = client.CoreV1Api(running.api()).list_namespaced_pod("bookinfo").items

    assert {pod.metadata.labels["app"] + "-" + pod.metadata.labels["version"] for pod in pods} == BOOKINFO
    for pod in pods:
        started = [*pod.spec.init_containers, *pod.spec.containers]
        images = {container.name: container.image for container in started}
        assert images["istio-init"] == images["istio-proxy"] == f"docker.io/istio/proxyv2:{RELEASE}"
        assert '"revision":"default"' in pod.metadata.annotations["sidecar.istio.io/status"]
        assert all(status.ready for status in pod.status.container_statuses)


def test_the_gateway_runs_the_proxy_of_its_istio_version(running: Running) -> None:
    pods = client.CoreV1Api(running.api()).list_namespaced_pod("istio-ingress").items

    assert [[container.image for container in pod.spec.containers] for pod in pods] == [
        [f"docker.io/istio/proxyv2:{RELEASE}"]
    ]
    assert pods[0].metadata.labels["istio"] == "ingressgateway"


def test_the_collector_has_a_sidecar_and_no_rights(running: Running) -> None:
    core = client.CoreV1Api(running.api())

    pod = core.list_namespaced_pod("observability").items[0]

    assert {container.name for container in pod.spec.containers} >= {"otel-collector"}
    assert "istio-proxy" in {it.name for it in [*pod.spec.containers, *pod.spec.init_containers]}
    assert pod.spec.automount_service_account_token is False
    assert pod.spec.service_account_name == "otel-collector"


def test_crds_are_established(running: Running) -> None:
    crds = client.ApiextensionsV1Api(running.api()).list_custom_resource_definition().items
    istio = [crd for crd in crds if crd.spec.group.endswith(".istio.io")]

    established = {
        crd.metadata.name
        for crd in istio
        for it in crd.status.conditions
        if (it.type, it.status) == ("Established", "True")
    }

    assert len(istio) == 15
    assert established == {crd.metadata.name for crd in istio}


def test_outputs_say_how_the_environment_is_reached(running: Running) -> None:
    service = client.CoreV1Api(running.api()).read_namespaced_service("istio-ingressgateway", "istio-ingress")
    address = service.status.load_balancer.ingress[0].ip

    outputs = running.outputs()

    kubeconfig = outputs.pop("kubeconfig")
    assert "client-certificate-data" in kubeconfig
    assert outputs == {
        "clusterName": "sandbox",
        "istioVersion": RELEASE,
        "istioRevision": "default",
        "podNetwork": "init-container",
        "tracingMode": "opentelemetry",
        "backendAddress": "lightstep-satellite.lightstep:9292",
        "backendTls": True,
        "backendCaSha256": fingerprints((running.instance.folder / "satellite-ca.pem").read_text()),
        "backendHeaderNames": ["lightstep-access-token"],
        "samplingPercentage": 100,
        "ingressHost": address,
        "ingressPort": 80,
        "gatewayUrl": f"http://{address}",
        "productPageUrl": f"http://{address}/productpage",
        "namespaces": ["bookinfo", "observability", "istio-ingress"],
        "gatewayNamespace": "istio-ingress",
        "gatewayApi": False,
        "collectorNamespace": "observability",
        "otlpEndpoint": "http://otel-collector.observability.svc.cluster.local:4318",
        "bookinfoNamespace": "bookinfo",
        "verifyCommand": "make verify STACK=sandbox",
    }


def test_engine_says_which_version_it_is(running: Running) -> None:
    wanted = next(row.source_version for row in PROGRAMS if row.name == "pulumi")

    assert running.run(running.toolchain.program("pulumi"), "version").stdout.strip() == wanted


def test_engine_spends_no_time_on_debug_logs(running: Running) -> None:
    assert (running.instance.pulumi_home / "logs").is_file()


def test_pods_are_made_only_after_the_webhooks_answer(first_up: FirstUp) -> None:
    made = [name for _, _, name in first_up.outcome.events]

    answering = max(made.index("istiod:istio-sidecar-injector"), made.index("mesh-validator-answers"))

    workloads = [name for _, kind, name in first_up.outcome.events if kind == "kubernetes:apps/v1:Deployment"]
    assert [name for name in workloads if made.index(name) < answering] == ["istiod:istio-system/istiod"]
    assert len(workloads) == 9


def test_crds_come_before_the_control_plane(first_up: FirstUp) -> None:
    made = [(kind, name) for _, kind, name in first_up.outcome.events]

    crds = [index for index, (kind, _) in enumerate(made) if kind.endswith(":CustomResourceDefinition")]
    control_plane = [index for index, (_, name) in enumerate(made) if name.startswith("istiod:")]

    assert len(crds) == 15
    assert max(crds) < min(control_plane)
