"""A whole environment, from settings to outputs."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.paths import PROJECT
from tests.components.configuration.settings_support import EXISTING, RIGHT, TOKEN, read
from tests.support.lists import by_name
from tests.support.mocks import LOAD_BALANCER_IP, NODE_PORT, Recording, Secret
from tests.support.stacks import record_environment

#: Fingerprint of the public root, as https://letsencrypt.org/certificates/ has it.
ISRG_ROOT_X1 = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"

GUARD = "environment-deletion-guard"


def environment(project: Path, base: Any = EXISTING, **changes: str) -> Recording:
    return record_environment(read({**base, **changes}, project))


@pytest.fixture(scope="module")
def existing(project: Path) -> Recording:
    """The environment in an existing cluster, with all defaults."""
    return environment(project)


@pytest.fixture(scope="module", params=[RIGHT, EXISTING], ids=["gke", "existing"])
def made(request: pytest.FixtureRequest, project: Path) -> Recording:
    """The environment in each kind of cluster, with all defaults."""
    return environment(project, request.param)


def namespace_labels(made: Recording) -> dict[str, dict[str, str]]:
    metadata = [each.inputs["metadata"] for each in made.of_kind("Namespace")]
    return by_name((each["name"], each["labels"]) for each in metadata)


def test_token_is_readable_in_no_resource_and_no_output(made: Recording) -> None:
    assert [text for text in made.texts(with_secrets=True) if TOKEN in text]
    assert not [text for text in made.texts() if TOKEN in text]


def test_existing_clusters_credentials_are_nowhere_readable(existing: Recording) -> None:
    assert "kubeconfig-token" in existing.outputs["kubeconfig"].value
    assert not [text for text in existing.texts() if "kubeconfig-token" in text]


def test_chart_values_are_known_before_anything_is_made(made: Recording) -> None:
    charts = made.of_kind("Chart")

    assert [each.name for each in charts][:2] == ["istio-base", "istiod"]
    for chart in charts:
        assert "values" not in chart.uses
        assert "Secret(" not in str(chart.inputs)


@pytest.mark.parametrize(("pod_network", "enforced"), [("istio-cni", "restricted"), ("init-container", "privileged")])
def test_namespaces_with_sidecars_take_hardened_pods_only_where_no_pod_needs_rights(
    pod_network: str, enforced: str, project: Path
) -> None:
    made = environment(project, podNetwork=pod_network)

    labels = namespace_labels(made)
    levels = {name: each["pod-security.kubernetes.io/enforce"] for name, each in labels.items()}
    assert levels.pop("istio-cni", None) == ("privileged" if pod_network == "istio-cni" else None)
    assert levels == {
        "istio-system": "restricted",
        "istio-ingress": "restricted",
        "bookinfo": enforced,
        "observability": enforced,
    }


def test_pods_with_sidecars_wait_for_the_cni_plugin_and_the_gateway_does_not(project: Path) -> None:
    made = environment(project, podNetwork="istio-cni")

    waiting = {each.name for each in made.of_kind("Deployment") if "istio-cni" in made.waits_for(each.name)}
    others = {each.name for each in made.of_kind("Deployment")} - waiting
    assert len(waiting) == 7
    assert others == {"gateway-deployment"}


@pytest.mark.parametrize(
    ("base", "version", "pod_network"),
    [(RIGHT, "1.31.4", "istio-cni"), (RIGHT, "1.23.0", "init-container"), (EXISTING, "1.31.4", "init-container")],
    ids=["gke", "gke, older Istio", "existing"],
)
def test_cni_plugin_is_the_default_where_its_place_on_the_nodes_is_known(
    base: Any, version: str, pod_network: str, project: Path
) -> None:
    assert environment(project, base, istioVersion=version).outputs["podNetwork"] == pod_network


def test_everything_in_the_cluster_goes_through_its_one_provider(made: Recording) -> None:
    providers = {each.provider for each in made.resources if each.type.startswith("kubernetes:")}
    assert providers == {"cluster-kubernetes"}
    assert len(made.of_kind("kubernetes")) == 1


def test_every_part_in_the_cluster_takes_back_what_others_change(existing: Recording) -> None:
    parts = [each for each in existing.resources if each.parent == "environment" and each.transforms]
    assert [each.name for each in parts] == ["mesh", "namespaces", "tracing", "security", "gateway", "bookinfo"]
    assert {each.transforms[0] for each in parts} == {"declared_state_wins"}


def test_what_has_sidecars_is_rolled_with_them(existing: Recording) -> None:
    rolled = [each.name for each in existing.resources if "roll_sidecars" in each.transforms]
    assert rolled == ["tracing", "gateway", "bookinfo"]


def test_every_resource_has_a_name_of_its_own_and_a_parent(made: Recording) -> None:
    names = [each.name for each in made.resources]
    assert len(names) == len(set(names))
    assert [each.name for each in made.resources if each.parent is None] == ["environment"]


def test_outputs_of_an_environment(project: Path) -> None:
    changes = {"istioVersion": "1.30.0", "clusterName": "kind", "samplingPercentage": "12.5"}

    outputs = environment(project, **changes).outputs

    assert isinstance(outputs.pop("kubeconfig"), Secret)
    assert outputs == {
        "clusterName": "kind",
        "istioVersion": "1.30.0",
        "istioRevision": "default",
        "podNetwork": "init-container",
        "tracingMode": "opentelemetry",
        "backendAddress": "ingest.lightstep.com:443",
        "backendTls": True,
        "backendCaSha256": [ISRG_ROOT_X1],
        "backendHeaderNames": ["lightstep-access-token"],
        "samplingPercentage": 12.5,
        "ingressHost": LOAD_BALANCER_IP,
        "ingressPort": 80,
        "gatewayUrl": f"http://{LOAD_BALANCER_IP}",
        "productPageUrl": f"http://{LOAD_BALANCER_IP}/productpage",
        "namespaces": ["bookinfo", "observability", "istio-ingress"],
        "gatewayNamespace": "istio-ingress",
        "gatewayApi": False,
        "collectorNamespace": "observability",
        "otlpEndpoint": "http://otel-collector.observability.svc.cluster.local:4318",
        "bookinfoNamespace": "bookinfo",
    }


def test_applications_are_told_of_the_collector_in_their_namespaces_where_asked(project: Path) -> None:
    asked = environment(project, EXISTING, injectedNamespaces='["shop", "cart"]', otlpConfigMap="true")
    silent = environment(project, EXISTING, injectedNamespaces='["shop"]')

    named = [each.inputs for each in asked.of_kind("ConfigMap")]
    maps = [each for each in named if each["metadata"]["name"] == "otel-exporter-otlp"]
    assert [each["metadata"]["namespace"] for each in maps] == ["shop", "cart"]
    assert maps[0]["data"] == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": silent.outputs["otlpEndpoint"],
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    }
    assert not [each for each in silent.of_kind("ConfigMap") if each.inputs["metadata"]["namespace"] == "shop"]


def test_without_bookinfo_there_is_neither_it_nor_its_namespace_and_page(project: Path) -> None:
    made = environment(project, bookinfo="false")

    assert not [each.name for each in made.resources if "bookinfo" in each.name]
    assert list(namespace_labels(made)) == ["istio-system", "observability", "istio-ingress"]
    assert "productPageUrl" not in made.outputs


def test_every_namespace_but_the_control_planes_gets_sidecars(project: Path) -> None:
    made = environment(project, injectedNamespaces='["shop"]')

    labels = namespace_labels(made)
    assert [name for name in labels if labels[name].get("istio-injection") == "enabled"] == [
        "bookinfo",
        "shop",
        "observability",
        "istio-ingress",
    ]


def test_bookinfo_in_the_default_namespace_labels_it(project: Path) -> None:
    made = environment(project, bookinfoNamespace="default")

    assert made.only("NamespacePatch").inputs["metadata"]["name"] == "default"
    assert "default" not in namespace_labels(made)
    assert made.only("VirtualService").inputs["metadata"]["namespace"] == "default"


def test_revision_reaches_all_that_names_one(project: Path) -> None:
    made = environment(project, istioRevision="canary")

    assert made.named("istio-base").inputs["values"]["defaultRevision"] == "canary"
    assert made.named("istiod-canary").inputs["values"]["revision"] == "canary"
    assert {name: labels.get("istio.io/rev") for name, labels in namespace_labels(made).items()} == {
        "istio-system": None,
        **dict.fromkeys(("bookinfo", "observability", "istio-ingress"), "canary"),
    }
    template = made.named("gateway-deployment").inputs["spec"]["template"]
    assert template["metadata"]["labels"]["istio.io/rev"] == "canary"


def test_namespaces_move_to_a_second_control_plane_one_by_one(project: Path) -> None:
    made = environment(
        project,
        istioRevisions='{"default":"1.30.2","1-31":"1.31.4"}',
        istioTags='{"next":"1-31"}',
        namespaceRevisions='{"istio-ingress":"next"}',
    )

    assert {name: made.named(name).inputs["version"] for name in ("istio-base", "istiod", "istiod-1-31")} == {
        "istio-base": "1.31.4",
        "istiod": "1.30.2",
        "istiod-1-31": "1.31.4",
    }
    assert made.named("istio-base").inputs["values"]["defaultRevision"] == "default"
    labels = namespace_labels(made)
    assert labels["istio-ingress"]["istio.io/rev"] == "next"
    assert labels["bookinfo"]["istio-injection"] == labels["observability"]["istio-injection"] == "enabled"
    template = made.named("gateway-deployment").inputs["spec"]["template"]
    assert template["metadata"]["labels"]["istio.io/rev"] == "1-31"
    assert made.outputs["istioRevisions"] == {"default": "1.30.2", "1-31": "1.31.4"}
    assert made.outputs["namespaceRevisions"] == {"istio-ingress": "next"}


def test_gateway_by_node_port(project: Path) -> None:
    made = environment(project, gatewayServiceType="NodePort", gatewayHost="192.0.2.7", gatewayReplicas="1")

    assert made.named("gateway-service").inputs["spec"]["type"] == "NodePort"
    assert made.outputs["gatewayUrl"] == f"http://192.0.2.7:{NODE_PORT + 1}"
    assert made.named("gateway-deployment").inputs["spec"]["replicas"] == 1


def test_backend_without_tls_and_token(project: Path) -> None:
    base = {key: text for key, text in EXISTING.items() if key != "accessToken"}

    made = environment(project, base, backend="otlp", backendTls="false", backendAddress="tempo.tempo:4317")

    assert made.of_kind("Secret") == []
    assert "insecure: true" in made.named("tracing-collector-config").inputs["data"]["config.yaml"]


def test_headers_and_client_certificate_reach_the_collector_and_are_readable_nowhere(project: Path) -> None:
    key = (project / "client-key.pem").read_text()
    base = {name: text for name, text in EXISTING.items() if name != "accessToken"}
    changes = {
        "backend": "otlp",
        "backendAddress": "otlp.example.com:4317",
        "backendHeaders": '{"x-tenant": "tenant-of-the-team"}',
        "backendClientCertificateFile": "client.pem",
        "backendClientKey": key,
    }

    made = environment(project, base, **changes)

    for secret in ("tenant-of-the-team", key.splitlines()[1]):
        assert not [text for text in made.texts() if secret in text]
        (holder,) = (each for each in made.resources if secret in str(each.plain))
        assert holder.kind == "Secret"


def test_sidecars_send_to_the_collectors_service(existing: Recording) -> None:
    (provider,) = existing.named("istiod").inputs["values"]["meshConfig"]["extensionProviders"]
    service = existing.named("tracing-collector-service").inputs
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    assert provider["opentelemetry"] == {
        "service": f"{name}.{namespace}.svc.cluster.local",
        "port": service["spec"]["ports"][0]["port"],
    }


def test_gke_settings_reach_the_cluster(project: Path) -> None:
    made = environment(project, RIGHT, nodeProvisioning="spot", nodeCount="5", clusterName="it", gkeVersion="1.33")

    assert made.only("Cluster").inputs["name"] == "it"
    assert made.only("Cluster").inputs["minMasterVersion"] == "1.33"
    assert made.only("NodePool").inputs["nodeConfig"]["spot"] is True
    assert made.only("NodePool").inputs["nodeCount"] == 5
    assert made.outputs["clusterName"] == "it"


def test_every_gke_setting_has_its_place_in_the_cluster(project: Path) -> None:
    key = "projects/my-project/locations/europe-west1/keyRings/gke/cryptoKeys/secrets"
    made = environment(
        project,
        RIGHT,
        gcpEnableApis="false",
        gkeLocation="europe-west1",
        gkeControlPlaneAccess="public",
        gkeAuthorizedNetworks='{"office":"203.0.113.0/24"}',
        gkeControlPlaneRange="172.16.5.0/28",
        gkeNodeRange="10.32.0.0/20",
        gkeDatabaseEncryptionKey=key,
        gkeBinaryAuthorization="true",
        gkeLabels='{"team":"mesh"}',
        deletionProtection="false",
        nodePools='{"nodes":{"minCount":1,"maxCount":4},"batch":{"machineType":"n2-standard-8"}}',
    )

    cluster = made.only("Cluster")
    (authorized,) = cluster.inputs["masterAuthorizedNetworksConfig"]["cidrBlocks"]
    assert not [each for each in made.of_kind("Service") if each.type.startswith("gcp:")]
    assert cluster.inputs["location"] == "europe-west1"
    assert authorized["cidrBlock"] == "203.0.113.0/24"
    assert cluster.inputs["databaseEncryption"]["keyName"] == key
    assert "binaryAuthorization" in cluster.inputs
    assert cluster.inputs["resourceLabels"] == {"team": "mesh"}
    assert not cluster.protected
    assert made.only("Subnetwork").inputs["ipCidrRange"] == "10.32.0.0/20"
    assert made.only("Firewall").inputs["sourceRanges"] == ["172.16.5.0/28"]
    assert [each.name for each in made.of_kind("NodePool")] == ["cluster-nodes", "cluster-batch"]


def test_istiod_waits_for_nodes_images_webhooks_and_rights(project: Path) -> None:
    waits_for = environment(project, RIGHT).waits_for("istiod")

    assert {"cluster-nodes", "cluster-nat", "cluster-webhook-firewall", "cluster-admin"} <= waits_for


def test_only_what_needs_istiod_waits_for_it(made: Recording) -> None:
    kinds = {each.kind for each in made.resources if "istiod" in made.waits_for(each.name)}
    assert kinds == {
        "AuthorizationPolicy",
        "Deployment",
        "Gateway",
        "Stash",  # the deletion guard
        "Telemetry",
        "MutatingWebhookConfigurationPatch",
        "PeerAuthentication",
        "ValidatingWebhookConfigurationPatch",
        "VirtualService",
    }


def test_existing_cluster_does_not_import_google_clouds_sdk() -> None:
    imports = "import sys, components.environment.environment, components.cluster.existing"
    program = f"{imports}; sys.exit('pulumi_gcp' in sys.modules)"

    imported = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, timeout=60, check=False)

    assert imported.returncode == 0


@pytest.mark.parametrize(
    ("kind", "given", "protected"),
    [
        (RIGHT, {}, ["cluster-cluster", "mesh-namespace", "namespaces-shop", GUARD]),
        (RIGHT, {"deletionProtection": "false"}, []),
        (EXISTING, {}, []),
        (EXISTING, {"deletionProtection": "true"}, ["mesh-namespace", "namespaces-shop", GUARD]),
    ],
    ids=["gke", "gke, lifted", "existing", "existing, protected"],
)
def test_what_holds_state_is_protected_by_default_where_the_program_makes_the_cluster(
    kind: dict[str, str], given: dict[str, str], protected: list[str], project: Path
) -> None:
    made = environment(project, kind, injectedNamespaces='["shop"]', **given)

    assert [each.name for each in made.resources if each.protected] == protected


def test_pods_wait_for_the_network_policies_of_their_namespace(existing: Recording) -> None:
    assert "security-gateway-istio-ingressgateway" in existing.waits_for("gateway-deployment")
    assert "security-bookinfo-details" in existing.waits_for("bookinfo-details-v1")
    assert "tracing-collector-policy" in existing.waits_for("tracing-collector-deployment")
    assert "security-bookinfo-details" not in existing.waits_for("bookinfo-gateway") | existing.waits_for(
        "bookinfo-virtual-service"
    )


def test_every_namespace_that_the_program_makes_for_itself_says_what_pods_may_do(project: Path) -> None:
    made = environment(project, injectedNamespaces='["shop"]')

    labels = namespace_labels(made)
    assert {name: each.get("pod-security.kubernetes.io/enforce") for name, each in labels.items()} == {
        "istio-system": "restricted",
        "istio-ingress": "restricted",
        "bookinfo": "privileged",
        "observability": "privileged",
        "shop": None,
    }
    assert {each["pod-security.kubernetes.io/warn"] for each in labels.values()} == {"restricted"}


def test_every_container_has_requests_and_limits_and_gains_no_rights(existing: Recording) -> None:
    pods = [each.inputs["spec"]["template"]["spec"] for each in existing.of_kind("Deployment")]

    assert len(pods) == 8
    for pod in pods:
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert container["resources"]["limits"].keys() == {"cpu", "memory"}
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["runAsNonRoot"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_others_namespaces_get_no_policies(project: Path) -> None:
    made = environment(project, injectedNamespaces='["shop"]')

    policies = [*made.of_kind("AuthorizationPolicy"), *made.of_kind("NetworkPolicy")]
    assert {each.inputs["metadata"]["namespace"] for each in policies} == {
        "bookinfo",
        "istio-ingress",
        "istio-system",
        "observability",
    }


def test_given_certificate_serves_https_and_its_key_is_readable_nowhere(project: Path) -> None:
    key = (project / "gateway-key.pem").read_text()
    given = {"gatewayHosts": '["www.example.com"]', "gatewayCertificateFile": "gateway.pem"}

    made = environment(project, **given, gatewayCertificateKey=key)

    secret = made.named("gateway-certificate-secret").plain["stringData"]
    assert secret == {"tls.crt": (project / "gateway.pem").read_text(), "tls.key": key}
    assert not [text for text in made.texts() if key.splitlines()[1] in text]
    https = made.named("bookinfo-gateway").inputs["spec"]["servers"][1]
    assert https["tls"]["credentialName"] == "istio-ingressgateway-certificate"
    assert made.outputs["productPageUrl"] == "https://www.example.com/productpage"
    assert made.outputs["ingressPort"] == 443


def test_gateway_keeps_to_the_addresses_that_are_configured(project: Path) -> None:
    given = {"gatewaySourceRanges": '["203.0.113.0/24"]', "gatewayLoadBalancerAddress": "203.0.113.10"}

    spec = environment(project, **given).named("gateway-service").inputs["spec"]

    assert spec["loadBalancerIP"] == "203.0.113.10"
    assert spec["loadBalancerSourceRanges"] == ["203.0.113.0/24"]


def test_gateway_by_the_gateway_api_takes_the_place_of_the_other(project: Path) -> None:
    made = environment(project, gatewayApi="true", istioVersion="1.31.0")

    assert made.named("gateway").type == "traced-mesh:gateway:ApiGateway"
    assert made.only("Gateway").type.startswith("kubernetes:gateway.networking.k8s.io/")
    assert not made.of_kind("VirtualService")
    assert "istio-ingressgateway" not in {each.inputs["metadata"]["name"] for each in made.of_kind("Deployment")}
    assert made.named("gateway-api-file").inputs["file"].endswith("/v1.6.0/standard-install.yaml")
    assert {"gateway-api-file", "security-gateway-ingress-istio"} <= made.waits_for("gateway-gateway")
    assert "gateway-gateway" in made.waits_for("bookinfo-http-route")
    assert made.outputs["gatewayApi"] is True
    assert made.outputs["gatewayUrl"] == f"http://{LOAD_BALANCER_IP}"


def test_gateway_by_the_gateway_api_serves_the_certificate_that_is_configured(project: Path) -> None:
    given = {"gatewayHosts": '["www.example.com"]', "gatewayCertificateSecret": "www-tls"}

    made = environment(project, gatewayApi="true", **given)

    _, https = made.named("gateway-gateway").inputs["spec"]["listeners"]
    assert https["tls"]["certificateRefs"] == [{"group": "", "kind": "Secret", "name": "www-tls"}]
    assert made.named("bookinfo-http-route").inputs["spec"]["parentRefs"][0]["sectionName"] == "https"
    assert made.outputs["productPageUrl"] == "https://www.example.com/productpage"


def test_gke_brings_the_crds_of_the_gateway_api_itself(project: Path) -> None:
    made = environment(project, RIGHT, gatewayApi="true")

    assert made.only("Cluster").inputs["gatewayApiConfig"] == {"channel": "CHANNEL_STANDARD"}
    assert not made.of_kind("ConfigFile")
