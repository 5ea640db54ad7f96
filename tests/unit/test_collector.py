"""The OpenTelemetry Collector in the cluster."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.collector import Backend, Collector, CollectorArgs, collector_configuration, otlp_service
from tests.support.mocks import Recording, Secret, plain_texts, record

TOKEN = "correct-horse-battery"
CERTIFICATE = "-----BEGIN CERTIFICATE-----"
POOL = Backend("ingest.lightstep.com:443", tls=True, token_header="lightstep-access-token")
PLAIN = Backend("tempo.tempo:4317", tls=False, token_header=None)


def collector(
    backend: Backend = POOL, token: str | None = TOKEN, certificate: str | None = CERTIFICATE, replicas: int = 2
) -> Recording:
    def make() -> None:
        args = CollectorArgs(
            namespace="observability",
            backend=backend,
            access_token=pulumi.Output.secret(token) if token else None,
            ca_certificate=certificate,
            image="collector:1.2.3",
            replicas=replicas,
        )
        Collector("collector", args)

    return record(make)


def pod(made: Recording) -> dict[str, Any]:
    return made.only("Deployment").inputs["spec"]["template"]["spec"]


def checksum(made: Recording) -> Any:
    template = made.only("Deployment").plain["spec"]["template"]
    return template["metadata"]["annotations"]["traced-mesh/configuration-checksum"]


def test_token_is_a_pulumi_secret_in_one_kubernetes_secret() -> None:
    made = collector()

    secret = made.only("Secret")
    assert secret.inputs["stringData"] == Secret({"token": TOKEN})
    assert secret.inputs["metadata"]["name"] == "otel-collector-access-token"
    assert [each.name for each in made.resources if TOKEN in str(each.plain)] == [secret.name]


def test_token_is_nowhere_readable() -> None:
    texts = [text for each in collector().resources for text in plain_texts(each.inputs)]

    assert texts
    assert not [text for text in texts if TOKEN in text]


def test_pod_gets_the_token_by_reference() -> None:
    (container,) = pod(collector())["containers"]

    reference = {"secretKeyRef": {"name": "otel-collector-access-token", "key": "token"}}
    assert container["env"] == [{"name": "ACCESS_TOKEN", "valueFrom": reference}]


def test_backend_without_a_token_has_neither_secret_nor_variable() -> None:
    made = collector(PLAIN, token=None, certificate=None)

    assert made.of_kind("Secret") == []
    assert not pod(made)["containers"][0].get("env")


def test_ca_secret_is_mounted_where_the_configuration_looks_for_it() -> None:
    made = collector()

    configuration = yaml.safe_load(made.only("ConfigMap").inputs["data"]["config.yaml"])
    ca_file = configuration["exporters"]["otlp"]["tls"]["ca_file"]
    mounts = {mount["name"]: mount["mountPath"] for mount in pod(made)["containers"][0]["volumeMounts"]}
    assert ca_file == f"{mounts['ca']}/cacert.pem"
    assert {"name": "ca", "secret": {"secretName": "lightstep.cacert"}} in pod(made)["volumes"]


def test_without_tls_no_ca_is_mounted() -> None:
    made = collector(PLAIN, token=None, certificate=None)

    assert [volume["name"] for volume in pod(made)["volumes"]] == ["config"]
    assert [mount["name"] for mount in pod(made)["containers"][0]["volumeMounts"]] == ["config"]


def test_collector_reads_the_configuration_that_is_mounted() -> None:
    made = collector()

    (container,) = pod(made)["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert container["args"] == [f"--config={mounts['config']}/config.yaml"]
    assert {"name": "config", "configMap": {"name": "otel-collector"}} in pod(made)["volumes"]
    assert yaml.safe_load(made.only("ConfigMap").inputs["data"]["config.yaml"]) == collector_configuration(POOL)


def test_istio_takes_the_service_for_grpc() -> None:
    service = collector().only("Service").inputs

    assert service["spec"]["ports"] == [{"name": "grpc-otlp", "port": 4317, "targetPort": 4317, "appProtocol": "grpc"}]
    assert service["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_service_selects_the_pods() -> None:
    made = collector()

    spec = made.only("Deployment").inputs["spec"]
    selector = made.only("Service").inputs["spec"]["selector"]
    assert selector == spec["selector"]["matchLabels"]
    assert selector.items() <= spec["template"]["metadata"]["labels"].items()


def test_sidecars_address_is_the_services() -> None:
    service = collector().only("Service").inputs
    address = otlp_service("observability")

    assert address.host == f"{service['metadata']['name']}.observability.svc.cluster.local"
    assert address.port == service["spec"]["ports"][0]["port"]


def test_pod_has_no_rights_in_the_cluster_and_few_on_its_node() -> None:
    made = collector()

    (container,) = pod(made)["containers"]
    assert made.only("ServiceAccount").inputs["automountServiceAccountToken"] is False
    assert pod(made)["automountServiceAccountToken"] is False
    assert pod(made)["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }
    assert made.of_kind("Role") + made.of_kind("ClusterRole") == []


@pytest.mark.parametrize(("replicas", "budgets"), [(1, 0), (2, 1), (20, 1)])
def test_disruption_budget_only_with_a_pod_to_spare(replicas: int, budgets: int) -> None:
    made = collector(replicas=replicas)

    assert made.only("Deployment").inputs["spec"]["replicas"] == replicas
    assert len(made.of_kind("PodDisruptionBudget")) == budgets


def test_same_inputs_leave_the_pods_alone() -> None:
    assert checksum(collector()) == checksum(collector())


@pytest.mark.parametrize(
    "changed",
    [
        {"token": "another-token"},
        {"certificate": "another certificate"},
        {"backend": Backend("ingest.eu.lightstep.com:443", tls=True, token_header="lightstep-access-token")},
    ],
    ids=["token", "certificate", "backend"],
)
def test_pods_roll_when_what_they_read_at_start_changes(changed: dict[str, Any]) -> None:
    assert checksum(collector(**changed)) != checksum(collector())


def test_only_the_pods_wait_for_the_injector() -> None:
    def make() -> None:
        injector = kubernetes.core.v1.ConfigMap("injector")
        args = CollectorArgs("observability", PLAIN, None, None, "collector:1.2.3")
        Collector("collector", args, after=[injector])

    made = record(make)

    waiting = {each.name for each in made.resources if "injector" in made.waits_for(each.name)}
    assert waiting == {"collector-deployment"}


def test_pods_wait_for_what_they_mount_and_run_as() -> None:
    assert collector().named("collector-deployment").depends_on == {
        "collector-account",
        "collector-config",
        "collector-token",
    }


def test_configuration_sends_to_the_backend_over_tls_with_the_token_from_the_environment() -> None:
    assert collector_configuration(POOL, ca_file="/ca.pem")["exporters"] == {
        "otlp": {
            "endpoint": "ingest.lightstep.com:443",
            "tls": {"ca_file": "/ca.pem"},
            "headers": {"lightstep-access-token": "${env:ACCESS_TOKEN}"},
        }
    }


def test_configuration_without_tls_and_token_sends_in_the_clear() -> None:
    assert collector_configuration(PLAIN)["exporters"] == {
        "otlp": {"endpoint": "tempo.tempo:4317", "tls": {"insecure": True}}
    }


def test_configuration_uses_everything_that_it_defines_and_nothing_else() -> None:
    configuration = collector_configuration(POOL)

    pipeline = configuration["service"]["pipelines"]["traces"]
    for part in ("receivers", "processors", "exporters"):
        assert set(pipeline[part]) == set(configuration[part])
    assert configuration["service"]["extensions"] == list(configuration["extensions"])
    assert pipeline["processors"][0] == "memory_limiter"


def test_probes_ask_where_the_configuration_answers() -> None:
    (container,) = pod(collector())["containers"]
    endpoint = collector_configuration(POOL)["extensions"]["health_check"]["endpoint"]

    assert container["readinessProbe"] == container["livenessProbe"]
    assert endpoint == f"0.0.0.0:{container['readinessProbe']['httpGet']['port']}"
