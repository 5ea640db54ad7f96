"""Tracing for the whole mesh: Secrets, Collector and the way to the satellites, in each tracing mode."""

import pulumi
import pytest
from packaging.version import Version

from components.backends.address import BackendAddress
from components.backends.backend import Backend
from components.constants.choices import TracingMode
from components.tracing.plan import TracingPlan
from components.tracing.tracing import CollectorPods, Credentials, Tracing, TracingArgs
from tests.components.tracing.tracing_support import (
    CERTIFICATE,
    NAMESPACES,
    NATIVE,
    OPENTELEMETRY,
    PROVIDER,
    TOKEN,
    tracing,
)
from tests.support.mocks import Recorded, Recording, Secret, record

SATELLITE_MODES = pytest.mark.parametrize(
    ("mode", "version"), [(NATIVE, "1.15.0"), (PROVIDER, "1.15.0"), (PROVIDER, "1.26.8")]
)


def secrets_named(made: Recording, name: str) -> list[Recorded]:
    return [each for each in made.of_kind("Secret") if each.inputs["metadata"]["name"] == name]


def namespaces_of(secrets: list[Recorded]) -> list[str]:
    return [each.inputs["metadata"]["namespace"] for each in secrets]


@SATELLITE_MODES
def test_sidecars_that_send_to_satellites_find_the_guides_ca_secret_in_every_namespace(
    mode: TracingMode, version: str
) -> None:
    secrets = secrets_named(tracing(mode, version), "lightstep.cacert")

    assert [each.inputs["metadata"] for each in secrets] == [
        {"name": "lightstep.cacert", "namespace": namespace, "labels": {"app": "lightstep"}} for namespace in NAMESPACES
    ]
    assert {each.inputs["type"] for each in secrets} == {"Opaque"}
    assert [each.inputs["stringData"] for each in secrets] == [Secret({"cacert.pem": CERTIFICATE})] * 3


@pytest.mark.parametrize("tls", [True, False])
def test_token_is_a_secret_in_every_namespace_where_the_provider_reads_a_file(tls: bool) -> None:
    secrets = secrets_named(tracing(PROVIDER, "1.15.0", tls=tls), "lightstep.access-token")

    assert namespaces_of(secrets) == list(NAMESPACES)
    assert [each.inputs["stringData"] for each in secrets] == [Secret({"token": TOKEN})] * 3
    assert {each.inputs["type"] for each in secrets} == {"Opaque"}


@SATELLITE_MODES
def test_pods_are_to_wait_for_all_secrets_of_sidecars(mode: TracingMode, version: str) -> None:
    made = tracing(mode, version)

    assert made.named("pod").depends_on == {each.name for each in made.of_kind("Secret")}


def test_pods_need_no_secrets_where_only_the_collector_knows_the_backend() -> None:
    assert tracing().named("pod").depends_on == frozenset()


def test_opentelemetry_without_a_collector_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a Collector"):
        tracing(collector=None)


def test_collector_is_made_as_asked() -> None:
    spec = tracing().only("Deployment").inputs["spec"]

    assert spec["replicas"] == 3
    assert spec["template"]["spec"]["containers"][0]["image"] == "collector:1.2.3"


def test_collector_is_handed_all_credentials() -> None:
    backend = Backend(BackendAddress("otlp.example.com", 4317), False, "api-key", header_names=("x-tenant",))

    made = record(
        lambda: Tracing(
            "tracing",
            TracingArgs(
                plan=TracingPlan(Version("1.27.0"), OPENTELEMETRY, backend),
                credentials=Credentials(
                    pulumi.Output.secret(TOKEN), {"x-tenant": pulumi.Output.secret("shop-of-the-team")}
                ),
                namespaces={"observability": "observability"},
                collector=CollectorPods("observability", "collector:1.2.3", [{"istio-injection": "enabled"}]),
            ),
        )
    )

    holders = [each for each in made.of_kind("Secret") if TOKEN in str(each.plain)]
    assert len(holders) == 1
    assert "shop-of-the-team" in str(holders[0].plain)


def test_collector_waits_for_its_ca_secret() -> None:
    assert "tracing-ca-observability" in tracing().waits_for("tracing-collector-deployment")


def test_provider_gets_a_way_to_satellites_outside_of_the_mesh() -> None:
    made = tracing(PROVIDER, "1.26.8")

    entry, rule = made.only("ServiceEntry").inputs, made.only("DestinationRule").inputs
    assert entry["apiVersion"] == rule["apiVersion"] == "networking.istio.io/v1"
    assert entry["metadata"]["namespace"] == rule["metadata"]["namespace"] == "istio-system"
    assert entry["spec"]["hosts"] == [rule["spec"]["host"]] == ["lightstep-satellite.lightstep"]
    assert rule["spec"]["trafficPolicy"]["tls"]["mode"] == "SIMPLE"


def test_satellites_that_are_a_service_of_the_cluster_get_a_destination_rule_only() -> None:
    made = tracing(PROVIDER, "1.26.8", address="lightstep-satellite.lightstep.svc.cluster.local:9292")

    assert made.of_kind("ServiceEntry") == []
    assert made.only("DestinationRule").inputs["spec"]["host"] == "lightstep-satellite.lightstep.svc.cluster.local"


def test_satellites_without_tls_are_reached_without() -> None:
    made = tracing(PROVIDER, "1.26.8", tls=False)

    assert made.only("DestinationRule").inputs["spec"]["trafficPolicy"] == {"tls": {"mode": "DISABLE"}}


@pytest.mark.parametrize(("mode", "version"), [(NATIVE, "1.15.0"), (OPENTELEMETRY, "1.26.8")])
def test_only_a_lightstep_provider_needs_a_way_to_the_satellites(mode: TracingMode, version: str) -> None:
    made = tracing(mode, version)

    assert made.of_kind("ServiceEntry") == made.of_kind("DestinationRule") == []


@pytest.mark.parametrize(
    ("mode", "version", "waiting"),
    [
        (NATIVE, "1.15.0", set[str]()),
        (
            PROVIDER,
            "1.26.8",
            {"tracing-satellites-serviceentry", "tracing-satellites-destinationrule", "tracing-mesh-telemetry"},
        ),
        (
            OPENTELEMETRY,
            "1.27.0",
            {
                "tracing-collector-deployment",
                "tracing-collector-authorization-deny-by-default",
                "tracing-collector-authorization-spans",
                "tracing-mesh-telemetry",
                "tracing-untraced-collector-telemetry",
            },
        ),
    ],
)
def test_what_istiod_injects_or_validates_waits_for_it_and_nothing_else_does(
    mode: TracingMode, version: str, waiting: set[str]
) -> None:
    made = tracing(mode, version)

    assert {each.name for each in made.resources if "injector" in made.waits_for(each.name)} == waiting
