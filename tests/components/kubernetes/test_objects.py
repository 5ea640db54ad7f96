"""What all Kubernetes objects of the program share."""

from typing import Any

import pulumi
import pytest

from components.kubernetes.objects import recommended_labels, wait_for
from components.kubernetes.transforms import annotated, declared_state_wins, in_turn, rolls_with
from tests.support.transforms import through


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"pulumi.com/patchForce": "true"}),
        ({"pulumi.com/skipAwait": "true"}, {"pulumi.com/skipAwait": "true", "pulumi.com/patchForce": "true"}),
    ],
)
def test_object_may_be_taken_back_from_others(before: dict[str, str], after: dict[str, str]) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "it", "annotations": before}, "spec": {}}

    assert through(declared_state_wins, service) == {**service, "metadata": {"name": "it", "annotations": after}}


@pytest.mark.parametrize(
    ("type_", "props"),
    [
        ("kubernetes:helm.sh/v4:Chart", {"chart": "istiod"}),
        ("traced-mesh:mesh:Mesh", {}),
        ("gcp:container/cluster:Cluster", {"metadata": {}}),
    ],
)
def test_what_is_no_kubernetes_object_stays_as_it_is(type_: str, props: dict[str, Any]) -> None:
    args = pulumi.ResourceTransformArgs(custom=True, type_=type_, name="it", props=props, opts=pulumi.ResourceOptions())

    assert declared_state_wins(args) is None


def test_annotating_changes_a_copy() -> None:
    props = {"metadata": {"name": "it"}}

    assert annotated(props, {"a": "b"}) == {"metadata": {"name": "it", "annotations": {"a": "b"}}}
    assert props == {"metadata": {"name": "it"}}


def test_labels_are_those_that_kubernetes_recommends() -> None:
    assert recommended_labels("it", part_of="traced-mesh", component="collector") == {
        "app.kubernetes.io/name": "it",
        "app.kubernetes.io/part-of": "traced-mesh",
        "app.kubernetes.io/managed-by": "pulumi",
        "app.kubernetes.io/component": "collector",
    }


def test_provider_waits_for_anything_at_a_path_or_for_one_value() -> None:
    assert wait_for(".status.phase") == {"pulumi.com/waitFor": "jsonpath={.status.phase}"}
    assert wait_for(".status.phase", "Active") == {"pulumi.com/waitFor": "jsonpath={.status.phase}=Active"}


def test_transforms_in_turn_are_one_that_does_what_each_does() -> None:
    deployment: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop"},
        "spec": {"template": {"metadata": {}, "spec": {}}},
    }

    changed = through(in_turn(rolls_with("second"), declared_state_wins), deployment)

    assert changed == through(declared_state_wins, through(rolls_with("second"), deployment))
    assert changed["metadata"]["annotations"] == {"pulumi.com/patchForce": "true"}
    assert changed["spec"]["template"]["metadata"]["annotations"] == {"traced-mesh/sidecar": "second"}


def test_transforms_in_turn_leave_alone_what_none_of_them_is_for() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token"}}

    assert through(in_turn(rolls_with("first"), rolls_with("second")), secret) is secret
