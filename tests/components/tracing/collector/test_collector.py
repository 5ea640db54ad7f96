"""The OpenTelemetry Collector in the cluster: its objects and its Pods."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from pulumi_kubernetes.core.v1 import ConfigMap

from components.tracing.collector.collector import Collector
from components.tracing.collector.configuration import collector_configuration
from tests.components.tracing.collector.collector_support import (
    EVERYTHING,
    GOOGLE,
    PLAIN,
    POOL,
    collector,
    collector_args,
    destination,
    pod,
)
from tests.support.mocks import Recording, record


def test_ca_secret_is_mounted_where_the_configuration_looks_for_it() -> None:
    made = collector()

    configuration = yaml.safe_load(made.only("ConfigMap").inputs["data"]["config.yaml"])
    ca_file = configuration["exporters"]["otlp_grpc"]["tls"]["ca_file"]
    mounts = {mount["name"]: mount["mountPath"] for mount in pod(made)["containers"][0]["volumeMounts"]}
    assert ca_file == f"{mounts['ca']}/cacert.pem"
    assert {"name": "ca", "secret": {"secretName": "lightstep.cacert"}} in pod(made)["volumes"]


def test_without_tls_and_credentials_only_the_configuration_is_mounted() -> None:
    made = collector(PLAIN)

    assert [volume["name"] for volume in pod(made)["volumes"]] == ["config"]
    assert [mount["name"] for mount in pod(made)["containers"][0]["volumeMounts"]] == ["config"]


def test_every_mount_is_read_only() -> None:
    (container,) = pod(collector(EVERYTHING))["containers"]

    assert [mount["readOnly"] for mount in container["volumeMounts"]] == [True, True, True]


def test_collector_reads_the_configuration_that_is_mounted() -> None:
    made = collector(PLAIN)

    (container,) = pod(made)["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert container["args"] == [f"--config={mounts['config']}/config.yaml"]
    assert {"name": "config", "configMap": {"name": "otel-collector"}} in pod(made)["volumes"]
    written = yaml.safe_load(made.only("ConfigMap").inputs["data"]["config.yaml"])
    assert written == collector_configuration([destination(PLAIN)])


def test_istio_takes_the_port_of_sidecars_for_grpc_and_that_of_applications_for_tcp() -> None:
    made = collector()

    spec = made.only("Deployment").inputs["spec"]
    selector = spec["selector"]["matchLabels"]
    assert selector.items() <= spec["template"]["metadata"]["labels"].items()
    assert made.only("Service").inputs["spec"]["selector"] == selector
    assert made.only("NetworkPolicy").inputs["spec"]["podSelector"]["matchLabels"] == selector
    assert made.only("PodDisruptionBudget").inputs["spec"]["selector"]["matchLabels"] == selector
    assert pod(made)["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"] == selector


def test_pod_has_no_rights_in_the_cluster_and_few_on_its_node() -> None:
    made = collector()

    (container,) = pod(made)["containers"]
    assert made.only("ServiceAccount").inputs["automountServiceAccountToken"] is False
    assert pod(made)["serviceAccountName"] == made.only("ServiceAccount").inputs["metadata"]["name"]
    assert pod(made)["automountServiceAccountToken"] is False
    assert pod(made)["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
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


def test_two_pods_without_being_asked() -> None:
    assert collector().only("Deployment").inputs["spec"]["replicas"] == 2


def test_pods_prefer_zones_and_nodes_of_their_own_but_do_not_insist() -> None:
    constraints = pod(collector())["topologySpreadConstraints"]

    assert [each["topologyKey"] for each in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    for each in constraints:
        assert each["maxSkew"] == 1
        assert each["whenUnsatisfiable"] == "ScheduleAnyway"
        assert each["labelSelector"] == {"matchLabels": {"app.kubernetes.io/name": "otel-collector"}}


def test_only_the_pods_wait_for_the_injector() -> None:
    made = record(lambda: Collector("collector", collector_args(PLAIN, after=[ConfigMap("injector")])))

    waiting = {each.name for each in made.resources if "injector" in made.waits_for(each.name)}
    assert waiting == {"collector-deployment"}


def test_pods_wait_for_what_they_mount_run_as_and_are_guarded_by() -> None:
    assert collector().named("collector-deployment").depends_on == {
        "collector-account",
        "collector-config",
        "collector-credentials",
        "collector-policy",
    }


def test_probes_ask_where_the_configuration_answers() -> None:
    (container,) = pod(collector())["containers"]
    endpoint = collector_configuration([destination(POOL)])["extensions"]["health_check"]["endpoint"]

    assert container["readinessProbe"] == container["livenessProbe"]
    assert endpoint == f"0.0.0.0:{container['readinessProbe']['httpGet']['port']}"


def test_only_the_way_to_googles_metadata_server_goes_around_the_sidecar() -> None:
    def excluded(made: Recording) -> str | None:
        annotations = made.only("Deployment").inputs["spec"]["template"]["metadata"]["annotations"]
        return annotations.get("traffic.sidecar.istio.io/excludeOutboundIPRanges")

    assert (excluded(collector(GOOGLE)), excluded(collector())) == ("169.254.169.254/32", None)


def test_go_collects_garbage_before_the_memory_limit() -> None:
    (container,) = pod(collector())["containers"]

    assert container["resources"]["limits"]["memory"] == "512Mi"
    assert container["env"] == [{"name": "GOMEMLIMIT", "value": "409MiB"}]


@pytest.mark.parametrize(
    ("backend", "changes", "said"),
    [
        (POOL, {"access_token": None}, "token_header and access_token"),
        (PLAIN, {"access_token": "token"}, "token_header and access_token"),
        (EVERYTHING, {"headers": {}}, "exactly the names"),
        (PLAIN, {"headers": {"x-tenant": "a"}}, "exactly the names"),
        (EVERYTHING, {"client_key": None}, "client_certificate and client_key"),
        (POOL, {"client_key": "key"}, "client_certificate and client_key"),
        (replace(PLAIN, ca_certificate="ca"), {}, "need backend.tls"),
    ],
)
def test_what_the_backend_asks_for_and_what_is_given_must_agree(
    backend: Any, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        collector_args(backend, **changes)
