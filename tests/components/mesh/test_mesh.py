"""The Istio control plane."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pydantic import SecretStr

from components.kubernetes.transforms import keep_definitions
from components.mesh.chart_transforms import harden_pods, hide_config_maps, leave_failure_policy, leave_service
from components.mesh.mesh import ChartSource, ControlPlane, Mesh, MeshArgs
from components.model.revisions import suffix
from tests.support.mocks import Recording, Secret, plain_texts, record
from tests.support.transforms import ignored_by, kept_by, through

OFFICIAL = ChartSource("oci://ghcr.io/istio/release/charts", "1.30.0")


def mesh(
    source: ChartSource = OFFICIAL,
    revisions: Sequence[str] = ("default",),
    istiod_values: Mapping[str, Any] | None = None,
    **args: Any,
) -> Recording:
    control_planes = [ControlPlane(source, istiod_values or {}, revision) for revision in revisions]
    return record(lambda: {"namespace": Mesh("mesh", MeshArgs(source, control_planes, **args)).namespace})


def document(version: str, kind: str, name: str, **content: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **content}


def hardened_pod(pod: dict[str, Any]) -> dict[str, Any]:
    """Return what becomes of the Pod of istiod's Deployment."""
    spec = {"selector": {"matchLabels": {"istio": "pilot"}}, "template": {"spec": pod}}
    return through(harden_pods, document("apps/v1", "Deployment", "istiod", spec=spec))["spec"]["template"]["spec"]


def test_namespace_comes_before_base_and_base_before_istiod() -> None:
    made = mesh()

    assert "mesh-namespace" in made.waits_for("istio-base")
    assert "istio-base" in made.waits_for("istiod")
    assert made.named("mesh-namespace").inputs["metadata"]["name"] == "istio-system"
    assert made.outputs == {"namespace": "istio-system"}


@pytest.mark.parametrize(
    ("revision", "injector"), [("default", "istio-sidecar-injector"), ("canary", "istio-sidecar-injector-canary")]
)
def test_nothing_answers_before_validator_and_injector_do(revision: str, injector: str) -> None:
    made = mesh(revisions=[revision])

    validates, injects = (made.only(f"{kind}WebhookConfigurationPatch") for kind in ("Validating", "Mutating"))
    assert validates.inputs["metadata"] == {
        "name": "istiod-default-validator",
        "annotations": {"pulumi.com/waitFor": "jsonpath={.webhooks[0].failurePolicy}=Fail"},
    }
    assert injects.inputs["metadata"] == {
        "name": injector,
        "annotations": {"pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}"},
    }
    assert made.named(f"istiod{suffix(revision)}").name in validates.depends_on & injects.depends_on


def test_namespace_takes_hardened_pods_only() -> None:
    labels = mesh().named("mesh-namespace").inputs["metadata"]["labels"]

    assert {mode: labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {
        "enforce": "restricted",
        "audit": "restricted",
        "warn": "restricted",
    }


def test_istiod_is_reached_by_sidecars_and_webhook_calls_and_reaches_anybody() -> None:
    policy = mesh().only("NetworkPolicy").inputs

    assert policy["metadata"]["namespace"] == "istio-system"
    assert policy["spec"] == {
        "podSelector": {"matchLabels": {"app": "istiod"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"ports": [{"protocol": "TCP", "port": 15012}, {"protocol": "TCP", "port": 15017}]}],
    }


def test_istiods_pods_are_hardened_and_spread_and_otherwise_as_the_chart_has_them() -> None:
    hardened = hardened_pod({"serviceAccountName": "istiod", "securityContext": {"fsGroup": 1337}})

    assert hardened.pop("securityContext") == {"fsGroup": 1337, "seccompProfile": {"type": "RuntimeDefault"}}
    assert [
        (each["topologyKey"], each["whenUnsatisfiable"], each["labelSelector"]["matchLabels"])
        for each in hardened.pop("topologySpreadConstraints")
    ] == [
        ("topology.kubernetes.io/zone", "ScheduleAnyway", {"istio": "pilot"}),
        ("kubernetes.io/hostname", "ScheduleAnyway", {"istio": "pilot"}),
    ]
    assert hardened == {"serviceAccountName": "istiod"}


def test_what_a_team_says_about_istiods_pods_stays() -> None:
    spread = [{"maxSkew": 2, "topologyKey": "rack"}]
    pod = {"topologySpreadConstraints": spread, "securityContext": {"seccompProfile": {"type": "Localhost"}}}

    assert hardened_pod(pod) == pod


def test_whoever_waits_for_the_mesh_waits_for_istiod_and_its_webhooks() -> None:
    def make() -> None:
        answering = Mesh("mesh", MeshArgs(OFFICIAL, [ControlPlane(OFFICIAL)])).answering
        kubernetes.core.v1.Namespace("after", opts=pulumi.ResourceOptions(depends_on=answering))

    made = record(make)

    assert made.named("after").depends_on == {"istiod", "mesh-validator-answers", "mesh-injector-answers"}


def test_revisions_stand_side_by_side_on_the_crds_of_one_chart() -> None:
    made = mesh(revisions=["default", "1-31"])

    assert made.named("istiod").depends_on == made.named("istiod-1-31").depends_on == {"istio-base"}
    assert made.named("mesh-validator-answers").depends_on == {"istiod", "istiod-1-31"}
    assert made.named("mesh-injector-answers").inputs["metadata"]["name"] == "istio-sidecar-injector"
    assert made.named("mesh-injector-answers-1-31").inputs["metadata"]["name"] == "istio-sidecar-injector-1-31"
    assert made.named("mesh-injector-answers-1-31").depends_on == {"istiod-1-31"}


def test_objects_of_a_named_revision_keep_their_names_wherever_it_stands() -> None:
    chart = mesh(revisions=["default", "1-31"]).named("istiod-1-31").inputs

    assert (chart["name"], chart["resourcePrefix"]) == ("istiod", "istiod")


def test_tag_leads_to_its_revision_and_is_awaited() -> None:
    made = mesh(revisions=["default", "1-31"], tags={"next": "1-31", "stable": "default"})

    tags = {each.inputs["metadata"]["name"]: each for each in made.of_kind("MutatingWebhookConfiguration")}
    services = {
        name: {webhook["clientConfig"]["service"]["name"] for webhook in each.inputs["webhooks"]}
        for name, each in tags.items()
    }
    assert services == {"istio-revision-tag-next": {"istiod-1-31"}, "istio-revision-tag-stable": {"istiod"}}
    assert made.named("mesh-tag-next").depends_on == {"istiod-1-31"}
    assert made.named("mesh-injector-answers-tag-next").depends_on == {"mesh-tag-next"}
    assert tags["istio-revision-tag-next"].inputs["metadata"]["labels"]["istio.io/rev"] == "1-31"


def test_namespace_that_others_use_outlives_the_stack() -> None:
    assert mesh(retain=True).only("Namespace").retained
    assert not mesh().only("Namespace").retained


def test_charts_wait_for_what_the_caller_names_and_the_namespace_does_not() -> None:
    def make() -> None:
        rights, nodes = kubernetes.core.v1.ConfigMap("rights"), kubernetes.core.v1.ConfigMap("nodes")
        Mesh("mesh", MeshArgs(OFFICIAL, [ControlPlane(OFFICIAL)], after=[rights], pods_after=[nodes]))

    made = record(make)

    assert made.named("istio-base").depends_on == {"mesh-namespace", "rights"}
    assert made.named("istiod").depends_on == {"istio-base", "nodes"}
    assert not made.named("mesh-namespace").depends_on


def test_both_charts_are_told_the_values_as_they_are() -> None:
    made = mesh(base_values={"defaultRevision": "default"}, istiod_values={"global": {"tag": "1.30.0"}})

    assert made.named("istio-base").inputs["values"] == {"defaultRevision": "default"}
    assert made.named("istiod").inputs["values"] == {"global": {"tag": "1.30.0"}}
    assert {chart.inputs["namespace"] for chart in made.of_kind("Chart")} == {"istio-system"}


def test_secret_among_the_values_is_one_of_pulumis() -> None:
    token = {"accessToken": SecretStr("correct-horse-battery")}

    istiod = mesh(istiod_values={"global": {"tracer": {"lightstep": token}}}).named("istiod")

    assert istiod.plain["values"] == {"global": {"tracer": {"lightstep": {"accessToken": "correct-horse-battery"}}}}
    assert isinstance(istiod.inputs["values"], Secret) or "Secret(" in str(istiod.inputs["values"])
    assert not [text for text in plain_texts(istiod.inputs) if "correct-horse-battery" in text]


def test_webhooks_services_and_crds_of_both_charts_are_transformed() -> None:
    made = mesh()

    both = {"judge", "leave_failure_policy", "keep_definitions", "leave_service", "harden_pods"}
    assert [set(chart.transforms) for chart in made.of_kind("Chart")] == [both, both | {"wait_for_templates"}]


def test_config_maps_are_hidden_in_the_chart_that_is_given_a_secret_and_in_no_other() -> None:
    made = mesh(istiod_values={"accessToken": SecretStr("it")})

    assert "hide_config_maps" in made.named("istiod").transforms
    assert "hide_config_maps" not in made.named("istio-base").transforms
    assert "hide_config_maps" not in mesh(istiod_values={"accessToken": "it"}).named("istiod").transforms


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (
            "oci://ghcr.io/istio/release/charts",
            {"chart": "oci://ghcr.io/istio/release/charts/istiod", "version": "1.30.0"},
        ),
        ("oci://mirror.example.com/istio/", {"chart": "oci://mirror.example.com/istio/istiod", "version": "1.30.0"}),
        (
            "https://charts.example.com/istio",
            {
                "chart": "istiod",
                "version": "1.30.0",
                "repositoryOpts": {"repo": "https://charts.example.com/istio"},
            },
        ),
        (".sandbox/charts", {"chart": ".sandbox/charts/istiod"}),
    ],
    ids=["registry", "registry with a slash", "repository", "folder"],
)
def test_charts_come_from_where_the_source_says(location: str, expected: dict[str, Any]) -> None:
    made = mesh(ChartSource(location, "1.30.0"))

    inputs = made.named("istiod").inputs
    assert {key: inputs[key] for key in inputs if key in {"chart", "version", "repositoryOpts"}} == expected


@pytest.mark.parametrize("name", ["istio-validator-istio-system", "istiod-default-validator"])
def test_only_when_a_validator_fails_closed_is_left_to_istiod(name: str) -> None:
    webhooks = [{"name": "a", "failurePolicy": "Ignore"}, {"name": "b", "sideEffects": "None"}]
    validator = document("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", name, webhooks=webhooks)

    assert ignored_by(leave_failure_policy, validator) == ["webhooks[*].failurePolicy"]
    assert through(leave_failure_policy, validator) == validator


def test_crd_is_never_deleted_and_otherwise_as_the_chart_has_it() -> None:
    crd = document("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gateways.networking.istio.io")

    assert kept_by(keep_definitions, crd)
    assert through(keep_definitions, crd) == crd


def test_services_of_the_charts_are_not_awaited() -> None:
    service = document("v1", "Service", "istiod", spec={})

    assert through(leave_service, service) == {
        **service,
        "metadata": {"name": "istiod", "annotations": {"pulumi.com/skipAwait": "true"}},
    }


def test_hidden_config_map_is_secret_in_its_data_and_in_nothing_else() -> None:
    config_map = document("v1", "ConfigMap", "istio", data={"mesh": "accessToken: correct-horse-battery"})

    assert record(lambda: through(hide_config_maps, config_map)).outputs == {
        **config_map,
        "data": Secret({"mesh": "accessToken: correct-horse-battery"}),
    }


KINDS = [
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", leave_failure_policy),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", None),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", keep_definitions),
    ("v1", "Service", leave_service),
    ("v1", "ConfigMap", hide_config_maps),
    ("v1", "Secret", None),
    ("apps/v1", "Deployment", harden_pods),
]


@pytest.mark.parametrize(("version", "kind", "own"), KINDS)
def test_each_transform_leaves_all_kinds_but_its_own_as_they_are(
    version: str, kind: str, own: pulumi.ResourceTransform | None
) -> None:
    other = document(version, kind, "it", webhooks=[])

    for _, _, transform in KINDS:
        if transform and transform is not own:
            assert through(transform, other) is other
