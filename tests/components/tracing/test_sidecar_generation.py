"""What rolls the Pods with sidecars."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from packaging.version import Version
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend
from components.constants.choices import PodNetwork, TracingMode
from components.constants.names import DEFAULT_REVISION
from components.kubernetes.transforms import rolls_with
from components.model.spans import LiteralTag
from components.tracing.plan import TracingPlan
from components.tracing.sidecar_generation import sidecar_generation
from tests.support.transforms import through

NATIVE, PROVIDER, OPENTELEMETRY = TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER, TracingMode.OPENTELEMETRY
BACKEND = Backend(
    BackendAddress("satellites.example.com", 9292),
    tls=True,
    token_header=LIGHTSTEP_HEADER,
    ca_certificate="a CA",
)
TOKEN = SecretStr("correct-horse-battery")


def plan(version: str, mode: TracingMode, **changes: Any) -> TracingPlan:
    given: dict[str, Any] = {"backend": BACKEND, "token": TOKEN}
    return TracingPlan(Version(version), mode, **(given | changes))


def generation(
    traced: TracingPlan, pod_network: PodNetwork = PodNetwork.INIT_CONTAINER, revision: str = DEFAULT_REVISION
) -> str:
    return sidecar_generation(traced, pod_network, traced.version, revision)


@pytest.mark.parametrize(("version", "mode"), [("1.14.6", NATIVE), ("1.14.6", PROVIDER), ("1.26.0", PROVIDER)])
@pytest.mark.parametrize(
    "change",
    [
        {"token": SecretStr("another")},
        {"backend": replace(BACKEND, address=BackendAddress("satellites.example.com", 9293))},
        {"backend": replace(BACKEND, tls=False)},
        {"backend": replace(BACKEND, ca_certificate="another CA")},
    ],
    ids=["token", "address", "TLS", "CA"],
)
def test_what_sidecars_read_at_start_rolls_them(version: str, mode: TracingMode, change: dict[str, Any]) -> None:
    before = generation(plan(version, mode))

    assert generation(plan(version, mode, **change)) != before


def test_custom_tags_of_native_mode_roll_sidecars() -> None:
    tagged = plan("1.14.6", NATIVE, custom_tags={"team": LiteralTag("shop")})

    assert generation(tagged) != generation(plan("1.14.6", NATIVE))


@pytest.mark.parametrize(("version", "mode"), [("1.14.6", NATIVE), ("1.26.0", PROVIDER), ("1.27.0", OPENTELEMETRY)])
def test_another_sampling_rolls_nothing(version: str, mode: TracingMode) -> None:
    sampled = plan(version, mode, sampling_percentage=Decimal(7))

    assert generation(sampled) == generation(plan(version, mode))


def test_in_opentelemetry_mode_only_another_version_rolls_sidecars() -> None:
    before = generation(plan("1.27.0", OPENTELEMETRY))
    other = plan(
        "1.27.0",
        OPENTELEMETRY,
        token=SecretStr("another"),
        backend=replace(BACKEND, tls=False, ca_certificate=None),
    )

    assert before == generation(other) == "1.27.0 opentelemetry"
    assert generation(plan("1.27.1", OPENTELEMETRY)) != before


def test_another_way_to_the_sidecar_rolls_it() -> None:
    before = plan("1.27.0", OPENTELEMETRY)

    assert generation(before, PodNetwork.ISTIO_CNI) != generation(before)


def test_another_revision_of_the_same_version_rolls_sidecars() -> None:
    before = plan("1.27.0", OPENTELEMETRY)

    assert generation(before, revision="1-27") != generation(before)


def test_token_is_not_in_it() -> None:
    assert "correct-horse-battery" not in generation(plan("1.14.6", NATIVE))


def test_pods_of_a_deployment_carry_it_beside_their_other_annotations() -> None:
    deployment: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "any"},
        "spec": {"template": {"metadata": {"annotations": {"other": "stays"}}, "spec": {}}, "replicas": 2},
    }

    rolled = through(rolls_with("1.27.0 opentelemetry"), deployment)

    assert rolled["spec"]["template"]["metadata"]["annotations"] == {
        "other": "stays",
        "traced-mesh/sidecar": "1.27.0 opentelemetry",
    }
    assert rolled["spec"]["replicas"] == 2


def test_other_objects_stay_as_they_are() -> None:
    service: dict[str, Any] = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "any"}, "spec": {}}

    assert through(rolls_with("1.27.0 opentelemetry"), service) is service
