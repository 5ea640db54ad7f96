"""The Collector's right to write spans to Cloud Trace."""

from components.model.gke import PodAccount
from tests.components.cluster.gke.gke_support import gke
from tests.support.mocks import PROJECT_NUMBER

COLLECTOR = PodAccount("observability", "otel-collector")


def test_pods_of_the_collector_alone_get_the_one_role_that_writes_spans() -> None:
    grant = gke(trace_writer=COLLECTOR).named("cluster-trace-writer")

    pool = f"projects/{PROJECT_NUMBER}/locations/global/workloadIdentityPools/my-project.svc.id.goog"
    assert grant.inputs == {
        "project": "my-project",
        "role": "roles/telemetry.tracesWriter",
        "member": f"principal://iam.googleapis.com/{pool}/subject/ns/observability/sa/otel-collector",
    }


def test_no_account_and_no_key_is_made_for_it() -> None:
    with_it, without = gke(trace_writer=COLLECTOR), gke()

    assert {each.name for each in with_it.resources} - {each.name for each in without.resources} == {
        "cluster-trace-writer",
        "cluster-api-telemetry",
        "cluster-api-cloudtrace",
    }


def test_the_cluster_brings_the_identity_pool_first() -> None:
    grant = gke(trace_writer=COLLECTOR).named("cluster-trace-writer")

    assert {"cluster-cluster", "cluster-api-telemetry", "cluster-api-cloudtrace"} <= grant.depends_on


def test_where_others_enable_apis_only_the_role_is_given() -> None:
    assert gke(trace_writer=COLLECTOR, enable_apis=False).of_kind("Service") == []
