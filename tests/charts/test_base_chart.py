"""The genuine base chart with the program's values."""

import pytest

from components.mesh import await_established, prove_validator
from tests.charts.chart_settings import EXTRA_BASE, base
from tests.support.istio import Document, Istio, of_kind, the
from tests.support.transforms import through

VALIDATOR = "istiod-default-validator"


@pytest.fixture(scope="module")
def documents(istio: Istio) -> list[Document]:
    return istio.render("base", base())


def annotations(document: Document) -> dict[str, str]:
    return document["metadata"].get("annotations", {})


def test_all_of_istios_crds_are_installed(documents: list[Document]) -> None:
    groups = [crd["spec"]["group"] for crd in of_kind(documents, "CustomResourceDefinition")]

    assert len(groups) == 14
    assert set(groups) == {
        "extensions.istio.io",
        "networking.istio.io",
        "security.istio.io",
        "telemetry.istio.io",
    }


def test_crds_are_kept_but_for_the_one_that_istio_forgot_to_mark(documents: list[Document]) -> None:
    crds = of_kind(documents, "CustomResourceDefinition")

    going = [crd["metadata"]["name"] for crd in crds if annotations(crd).get("helm.sh/resource-policy") != "keep"]
    assert going == ["workloadgroups.networking.istio.io"]


def test_every_crd_is_awaited(documents: list[Document]) -> None:
    for crd in of_kind(documents, "CustomResourceDefinition"):
        awaited = through(await_established, crd)
        assert annotations(awaited) == annotations(crd) | {"pulumi.com/waitFor": "condition=Established"}


def test_validator_that_the_mesh_waits_for_is_made(documents: list[Document]) -> None:
    (webhook,) = the(documents, "ValidatingWebhookConfiguration", VALIDATOR)["webhooks"]

    assert webhook["clientConfig"]["service"] == {
        "name": "istiod",
        "namespace": "istio-system",
        "path": "/validate",
    }


def test_validator_of_a_named_revision_is_asked(istio: Istio) -> None:
    documents = istio.render("base", base(revision="canary"))

    (webhook,) = the(documents, "ValidatingWebhookConfiguration", VALIDATOR)["webhooks"]
    assert webhook["clientConfig"]["service"]["name"] == "istiod-canary"


def test_validator_fails_closed_after_our_transform_and_not_before(documents: list[Document]) -> None:
    validator = the(documents, "ValidatingWebhookConfiguration", VALIDATOR)

    assert [webhook["failurePolicy"] for webhook in validator["webhooks"]] == ["Ignore"]
    assert [webhook["failurePolicy"] for webhook in through(prove_validator, validator)["webhooks"]] == ["Fail"]


def test_own_values_of_a_team_reach_the_validator(istio: Istio) -> None:
    documents = istio.render("base", base(extra=EXTRA_BASE))

    (webhook,) = the(documents, "ValidatingWebhookConfiguration", VALIDATOR)["webhooks"]
    assert webhook["clientConfig"] == {"url": "https://127.0.0.1:15017/validate"}


def test_what_is_in_a_namespace_is_in_istios(documents: list[Document]) -> None:
    assert {each["metadata"].get("namespace", "istio-system") for each in documents} == {"istio-system"}
