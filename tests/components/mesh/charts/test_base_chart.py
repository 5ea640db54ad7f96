"""The genuine base chart with the program's values."""

import pytest

from components.kubernetes.transforms import keep_definitions
from components.mesh.chart_transforms import leave_failure_policy
from components.mesh.owned_facts import DEFAULT_VALIDATOR
from local.toolchain.programs import NEWEST_ISTIO
from tests.components.mesh.charts.chart_settings import EXTRA_BASE, base
from tests.support.istio import Document, Istio, of_kind, the
from tests.support.lists import non_empty
from tests.support.transforms import kept_by, through


@pytest.fixture(scope="module")
def documents(istio: Istio) -> list[Document]:
    return istio.render("base", base())


def annotations(document: Document) -> dict[str, str]:
    return document["metadata"].get("annotations", {})


def test_all_of_istios_crds_are_installed(documents: list[Document]) -> None:
    groups = [crd["spec"]["group"] for crd in of_kind(documents, "CustomResourceDefinition")]

    assert len(groups) == 15
    assert set(groups) == {
        "extensions.istio.io",
        "networking.istio.io",
        "security.istio.io",
        "telemetry.istio.io",
    }


@pytest.mark.parametrize(
    ("release", "forgotten"), [("1.27.0", ["workloadgroups.networking.istio.io"]), (NEWEST_ISTIO, [])]
)
def test_istio_marks_crds_to_be_kept_but_forgot_one_before_1_31(release: str, forgotten: list[str]) -> None:
    crds = non_empty(of_kind(Istio.obtain(release).render("base", {}), "CustomResourceDefinition"), "CRDs")

    going = [crd["metadata"]["name"] for crd in crds if annotations(crd).get("helm.sh/resource-policy") != "keep"]
    assert going == forgotten


def test_every_crd_is_kept(documents: list[Document]) -> None:
    definitions = of_kind(documents, "CustomResourceDefinition")

    assert definitions
    assert [crd["metadata"]["name"] for crd in definitions if not kept_by(keep_definitions, crd)] == []


def test_validator_that_the_mesh_waits_for_is_made(documents: list[Document]) -> None:
    (webhook,) = the(documents, "ValidatingWebhookConfiguration", DEFAULT_VALIDATOR)["webhooks"]

    assert webhook["clientConfig"]["service"] == {
        "name": "istiod",
        "namespace": "istio-system",
        "path": "/validate",
    }


def test_validator_of_a_named_revision_is_asked(istio: Istio) -> None:
    documents = istio.render("base", base(revision="canary"))

    (webhook,) = the(documents, "ValidatingWebhookConfiguration", DEFAULT_VALIDATOR)["webhooks"]
    assert webhook["clientConfig"]["service"]["name"] == "istiod-canary"


def test_mesh_waits_for_a_validator_that_does_not_fail_closed_from_the_start(documents: list[Document]) -> None:
    validator = the(documents, "ValidatingWebhookConfiguration", DEFAULT_VALIDATOR)

    assert through(leave_failure_policy, validator) == validator
    assert [webhook["failurePolicy"] for webhook in validator["webhooks"]] == ["Ignore"]


def test_own_values_of_a_team_reach_the_validator(istio: Istio) -> None:
    documents = istio.render("base", base(extra=EXTRA_BASE))

    (webhook,) = the(documents, "ValidatingWebhookConfiguration", DEFAULT_VALIDATOR)["webhooks"]
    assert webhook["clientConfig"] == {"url": "https://127.0.0.1:15017/validate"}


def test_what_is_in_a_namespace_is_in_istios(documents: list[Document]) -> None:
    assert {each["metadata"].get("namespace", "istio-system") for each in documents} == {"istio-system"}
