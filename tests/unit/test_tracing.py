"""Tracing for the whole mesh."""

from decimal import Decimal
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.chart_values import TRACING_PROVIDER
from components.collector import Backend
from components.tracing import Tracing, TracingArgs
from tests.support.mocks import Recording, Secret, record

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
NAMESPACES = ("bookinfo", "shop", "observability")


def tracing(sampling: str = "100", certificate: str | None = CERTIFICATE) -> Recording:
    def make() -> None:
        injector = kubernetes.core.v1.ConfigMap("injector")
        args = TracingArgs(
            backend=Backend("ingest.lightstep.com:443", tls=certificate is not None, token_header="token"),
            access_token=pulumi.Output.secret("correct-horse-battery"),
            ca_certificate=certificate,
            sampling_percentage=Decimal(sampling),
            telemetry_api="telemetry.istio.io/v1",
            namespaces=dict(zip(NAMESPACES, NAMESPACES, strict=True)),
            collector_namespace="observability",
            collector_image="collector:1.2.3",
            collector_replicas=3,
        )
        Tracing("tracing", args, after=[injector])

    return record(make)


def telemetry(made: Recording, name: str) -> dict[str, Any]:
    (found,) = (each.inputs for each in made.of_kind("Telemetry") if each.inputs["metadata"]["name"] == name)
    return found


def test_every_namespace_with_sidecars_gets_the_ca_secret_that_guides_describe() -> None:
    secrets = [each for each in tracing().of_kind("Secret") if each.name.startswith("tracing-ca-")]

    assert [each.inputs["metadata"] for each in secrets] == [
        {"name": "lightstep.cacert", "namespace": namespace, "labels": {"app": "lightstep"}} for namespace in NAMESPACES
    ]
    assert {each.inputs["type"] for each in secrets} == {"Opaque"}
    assert [each.inputs["stringData"] for each in secrets] == [Secret({"cacert.pem": CERTIFICATE})] * 3


def test_without_tls_there_is_no_ca_secret() -> None:
    names = {each.inputs["metadata"]["name"] for each in tracing(certificate=None).of_kind("Secret")}

    assert names == {"otel-collector-access-token"}


def test_telemetry_of_the_root_namespace_traces_the_whole_mesh() -> None:
    mesh = telemetry(tracing(), "mesh-default")

    assert mesh["apiVersion"] == "telemetry.istio.io/v1"
    assert mesh["metadata"]["namespace"] == "istio-system"
    assert mesh["spec"] == {"tracing": [{"providers": [{"name": TRACING_PROVIDER}], "randomSamplingPercentage": 100}]}


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0.01", 0.01), ("12.5", 12.5), ("100", 100)])
def test_sampling_percentage_is_the_telemetrys(text: str, number: float) -> None:
    (entry,) = telemetry(tracing(sampling=text), "mesh-default")["spec"]["tracing"]

    assert entry["randomSamplingPercentage"] == number


def test_sampling_percentage_touches_nothing_but_the_telemetry() -> None:
    low, high = tracing(sampling="1").resources, tracing(sampling="100").resources

    changed = [now.name for before, now in zip(low, high, strict=True) if before != now]
    assert changed == ["tracing-mesh-telemetry"]


def test_collectors_own_sidecar_reports_no_spans() -> None:
    made = tracing()

    own = telemetry(made, "otel-collector")
    labels = made.only("Deployment").inputs["spec"]["template"]["metadata"]["labels"]
    assert own["metadata"]["namespace"] == "observability"
    assert own["spec"]["tracing"] == [{"disableSpanReporting": True}]
    assert own["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_collector_is_made_as_asked() -> None:
    spec = tracing().only("Deployment").inputs["spec"]

    assert spec["replicas"] == 3
    assert spec["template"]["spec"]["containers"][0]["image"] == "collector:1.2.3"


def test_collector_waits_for_the_ca_secret_of_its_own_namespace_only() -> None:
    waits_for = tracing().waits_for("tracing-collector-deployment")

    assert {name for name in waits_for if name.startswith("tracing-ca-")} == {"tracing-ca-observability"}


def test_what_istiod_injects_or_validates_waits_for_it() -> None:
    made = tracing()

    waiting = {each.name for each in made.resources if "injector" in made.waits_for(each.name)}
    assert waiting == {
        "tracing-collector-deployment",
        "tracing-mesh-telemetry",
        "tracing-untraced-collector-telemetry",
    }
