"""A whole environment whose spans go to Cloud Trace, without a key."""

from pathlib import Path

import pytest
import yaml

from tests.components.configuration.settings_support import IN_CLUSTER, read
from tests.support.mocks import Recording
from tests.support.stacks import record_environment

MONITORING = "google-managed-prometheus"


@pytest.fixture(scope="module")
def made(project: Path) -> Recording:
    return record_environment(read({**IN_CLUSTER, "backend": "google-cloud"}, project))


def test_collector_has_no_credential_of_its_own(made: Recording) -> None:
    assert [each.name for each in made.of_kind("Secret") if "observability" in str(each.plain)] == []
    assert [each.name for each in made.of_kind("Key")] == []


def test_collectors_pods_wait_for_the_role_and_nothing_else_does(made: Recording) -> None:
    waiting = {each.name for each in made.resources if "cluster-trace-writer" in each.depends_on}

    assert waiting == {"tracing-collector-deployment"}


def test_role_goes_to_the_account_that_the_pods_have(made: Recording) -> None:
    member = made.named("cluster-trace-writer").inputs["member"]
    pods = made.named("tracing-collector-deployment").inputs
    namespace, account = pods["metadata"]["namespace"], pods["spec"]["template"]["spec"]["serviceAccountName"]

    assert member.endswith(f"/subject/ns/{namespace}/sa/{account}")


def test_spans_go_to_the_project_of_the_cluster(made: Recording) -> None:
    configuration = yaml.safe_load(made.named("tracing-collector-config").inputs["data"]["config.yaml"])

    assert configuration["extensions"]["googleclientauth"] == {"project": "my-project"}
    assert made.outputs["googleProject"] == "my-project"
    assert made.outputs["tracesUrl"] == "https://console.cloud.google.com/traces/explorer?project=my-project"


def test_what_watches_the_collector_is_told_of_certificates_that_end(project: Path) -> None:
    raw = {**IN_CLUSTER, "backend": "otlp", "backendAddress": "otlp.example.com:443", "monitoring": MONITORING}
    watched = record_environment(read(raw, project))

    rules = watched.named("tracing-monitoring-rules").inputs["spec"]["groups"][0]["rules"]
    assert [each["labels"] for each in rules if "record" in each] == [{"certificate": "backend CA"}]
    assert watched.named("tracing-monitoring-podmonitoring").parent == "tracing-monitoring"
