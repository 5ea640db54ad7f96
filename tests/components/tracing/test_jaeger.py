"""Jaeger in the cluster: who reaches it, what its Pod may do, and where it keeps traces."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.backends.jaeger import MAX_TRACES
from tests.components.configuration.settings_support import EXISTING, IN_CLUSTER, read
from tests.support.lists import non_empty
from tests.support.mocks import Recorded, Recording
from tests.support.stacks import record_environment


@pytest.fixture
def made(project: Path) -> Recording:
    """What an environment makes that names no backend."""
    return record_environment(read(IN_CLUSTER, project))


@pytest.fixture
def kept(project: Path) -> Recording:
    """The same with a volume for traces."""
    return record_environment(read({**IN_CLUSTER, "jaegerVolumeGb": "20"}, project))


def jaeger(made: Recording, kind: str) -> Recorded:
    (found,) = (each for each in made.of_kind(kind) if each.inputs.get("metadata", {}).get("name") == "jaeger")
    return found


def pod(made: Recording) -> dict[str, Any]:
    return jaeger(made, "Deployment").inputs["spec"]["template"]["spec"]


def configuration(made: Recording) -> dict[str, Any]:
    return yaml.safe_load(jaeger(made, "ConfigMap").inputs["data"]["config.yaml"])


def test_spans_come_from_the_collector_alone_by_identity_and_by_network(made: Recording) -> None:
    rules = jaeger(made, "AuthorizationPolicy").inputs["spec"]
    policy = jaeger(made, "NetworkPolicy").inputs["spec"]

    assert rules["selector"]["matchLabels"] == policy["podSelector"]["matchLabels"]
    assert rules["rules"] == [
        {
            "to": [{"operation": {"ports": ["4317"]}}],
            "from": [{"source": {"principals": ["cluster.local/ns/observability/sa/otel-collector"]}}],
        }
    ]
    (rule,) = policy["ingress"]
    assert rule["from"][0]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "otel-collector"}
    assert rule["ports"] == [{"protocol": "TCP", "port": 4317}]


def test_it_reaches_nobody_but_dns_and_istiod(made: Recording) -> None:
    egress = jaeger(made, "NetworkPolicy").inputs["spec"]["egress"]

    assert sorted(port["port"] for rule in egress for port in rule["ports"]) == [53, 53, 15012]


def test_its_page_listens_inside_its_pod_only(made: Recording) -> None:
    query = configuration(made)["extensions"]["jaeger_query"]

    assert {query["http"]["endpoint"], query["grpc"]["endpoint"]} == {"127.0.0.1:16686", "127.0.0.1:16685"}
    assert [port["port"] for port in jaeger(made, "Service").inputs["spec"]["ports"]] == [4317]
    assert pod(made)["containers"][0]["ports"] == [{"name": "grpc-otlp", "containerPort": 4317}]


def test_the_collector_sends_there_inside_mutual_tls_without_a_credential(made: Recording) -> None:
    (config_map,) = (each for each in made.of_kind("ConfigMap") if each.inputs["metadata"]["name"] == "otel-collector")
    exporter = yaml.safe_load(config_map.inputs["data"]["config.yaml"])["exporters"]["otlp_grpc"]

    assert exporter["endpoint"] == "jaeger.observability.svc.cluster.local:4317"
    assert exporter["tls"] == {"insecure": True}
    assert made.of_kind("Secret") == []
    assert {each.inputs["spec"]["mtls"]["mode"] for each in made.of_kind("PeerAuthentication")} == {"STRICT"}


def test_spans_of_the_arrival_of_spans_are_not_made(made: Recording) -> None:
    telemetries = {each.inputs["metadata"]["name"]: each.inputs["spec"] for each in made.of_kind("Telemetry")}

    for name in non_empty(["jaeger", "otel-collector"], "names"):
        assert telemetries[name]["tracing"] == [{"disableSpanReporting": True}]
        assert telemetries[name]["selector"]["matchLabels"] == {"app.kubernetes.io/name": name}


def test_its_pod_has_no_rights_in_the_cluster_and_few_on_its_node(made: Recording) -> None:
    (container,) = pod(made)["containers"]

    assert jaeger(made, "ServiceAccount").inputs["automountServiceAccountToken"] is False
    assert pod(made)["automountServiceAccountToken"] is False
    assert pod(made)["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
    }


def test_its_memory_is_bounded(made: Recording) -> None:
    (container,) = pod(made)["containers"]

    assert configuration(made)["extensions"]["jaeger_storage"]["backends"] == {
        "store": {"memory": {"max_traces": MAX_TRACES}}
    }
    assert container["resources"]["limits"]["memory"] == "1024Mi"
    assert container["env"] == [{"name": "GOMEMLIMIT", "value": "819MiB"}]


def test_nothing_is_kept_on_a_volume_unless_asked_for(made: Recording) -> None:
    assert made.of_kind("PersistentVolumeClaim") == []
    assert [volume["name"] for volume in pod(made)["volumes"]] == ["config"]


def test_a_volume_is_where_badger_writes_and_its_group_may_write_there(kept: Recording) -> None:
    claim = jaeger(kept, "PersistentVolumeClaim").inputs["spec"]
    mounts = {each["name"]: each for each in pod(kept)["containers"][0]["volumeMounts"]}
    badger = configuration(kept)["extensions"]["jaeger_storage"]["backends"]["store"]["badger"]

    assert claim == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}
    assert {"name": "traces", "persistentVolumeClaim": {"claimName": "jaeger"}} in pod(kept)["volumes"]
    assert badger["directories"] == {kind: f"{mounts['traces']['mountPath']}/{kind}" for kind in ("keys", "values")}
    assert badger["ephemeral"] is False
    assert pod(kept)["securityContext"]["fsGroup"] == 10001


def test_another_store_rolls_the_pod_and_never_runs_two_at_once(made: Recording, kept: Recording) -> None:
    specs = [jaeger(each, "Deployment").inputs["spec"] for each in (made, kept)]

    assert [spec["strategy"] for spec in specs] == [{"type": "Recreate"}] * 2
    checksums = {str(spec["template"]["metadata"]["annotations"]) for spec in specs}
    assert len(checksums) == 2


def test_outputs_say_how_traces_are_looked_at(made: Recording, project: Path) -> None:
    existing = {"clusterKind": "existing", "kubeconfig": "kubeconfig.yaml"}
    command = "kubectl --namespace observability port-forward deployment/jaeger 16686"

    assert made.outputs["tracesCommand"] == command
    assert made.outputs["tracesUrl"] == "http://127.0.0.1:16686"
    there = record_environment(read(existing, project, kubernetes="1.33")).outputs["tracesCommand"]
    assert there == command.replace("kubectl", "kubectl --context kind-mesh")


def test_another_backend_makes_no_jaeger(project: Path) -> None:
    made = record_environment(read(EXISTING, project, kubernetes="1.33"))

    assert [each.name for each in made.resources if "jaeger" in str(each.plain) or "jaeger" in each.name] == []
    assert not {"jaegerNamespace", "tracesCommand", "tracesUrl"} & set(made.outputs)
