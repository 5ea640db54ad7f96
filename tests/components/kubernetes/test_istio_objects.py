"""Istio's own resources."""

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.kubernetes.istio_objects import IstioObject, istio_object
from components.versions.istio import TABLE
from tests.support.mocks import Recorded, record


def made(api_version: str, kind: str = "Telemetry", **labels: str) -> Recorded:
    def make() -> None:
        parent = pulumi.ComponentResource("traced-mesh:test:Parent", "parent")
        validator = kubernetes.core.v1.ConfigMap("validator")
        wanted = IstioObject(api_version, kind, "it", "istio-system", {"tracing": []}, labels)
        istio_object("made", wanted, pulumi.ResourceOptions(parent=parent, depends_on=[validator]))

    return record(make).named("made")


def test_object_is_made_as_asked() -> None:
    it = made("telemetry.istio.io/v1", app="shop")

    assert it.type == "kubernetes:telemetry.istio.io/v1:Telemetry"
    assert it.inputs == {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": {"name": "it", "namespace": "istio-system", "labels": {"app": "shop"}},
        "spec": {"tracing": []},
    }


def test_object_waits_for_the_proof_that_the_validator_answers() -> None:
    it = made("telemetry.istio.io/v1")

    assert it.parent == "parent"
    assert it.depends_on == {"validator"}


@pytest.mark.parametrize(
    ("api_version", "kind", "aliases"),
    [
        ("telemetry.istio.io/v1", "Telemetry", {"kubernetes:telemetry.istio.io/v1alpha1:Telemetry"}),
        ("telemetry.istio.io/v1alpha1", "Telemetry", {"kubernetes:telemetry.istio.io/v1:Telemetry"}),
        (
            "networking.istio.io/v1beta1",
            "Gateway",
            {"kubernetes:networking.istio.io/v1alpha3:Gateway", "kubernetes:networking.istio.io/v1:Gateway"},
        ),
        (
            "networking.istio.io/v1",
            "VirtualService",
            {
                "kubernetes:networking.istio.io/v1alpha3:VirtualService",
                "kubernetes:networking.istio.io/v1beta1:VirtualService",
            },
        ),
    ],
)
def test_object_is_the_same_in_every_other_version_of_its_api(api_version: str, kind: str, aliases: set[str]) -> None:
    assert set(made(api_version, kind).aliases) == aliases


def test_upgrade_between_any_two_versions_keeps_the_object() -> None:
    networking = {row.networking_api for row in TABLE}
    telemetry = {row.telemetry_api for row in TABLE}

    for versions in (networking, telemetry):
        types = {f"kubernetes:{version}:Kind" for version in versions}
        for version in versions:
            it = made(version, "Kind")
            assert types <= {it.type, *it.aliases}
