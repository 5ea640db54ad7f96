"""istiod's Pods wait for the injection templates."""

from typing import Any

import pulumi

from components.mesh.istiod_start import starts_with_templates


def transformed(kind: str, pod: dict[str, Any]) -> Any:
    """Return what the transform makes of an object of `kind` with a Pod template."""
    args = pulumi.ResourceTransformArgs(
        type_=kind,
        name="istiod",
        props={"spec": {"replicas": 1, "template": {"metadata": {}, "spec": pod}}},
        opts=pulumi.ResourceOptions(),
        custom=True,
    )
    return starts_with_templates("istio-sidecar-injector-1-27")(args)


def test_istiods_container_mounts_the_config_map_that_it_looks_for() -> None:
    pod = {"containers": [{"name": "discovery", "volumeMounts": [{"name": "token"}]}], "volumes": [{"name": "token"}]}

    result = transformed("kubernetes:apps/v1:Deployment", pod)

    changed = result.props["spec"]["template"]["spec"]
    added = changed["volumes"][-1]
    assert added["configMap"] == {"name": "istio-sidecar-injector-1-27"}
    assert changed["volumes"][0] == {"name": "token"}
    assert [mount["name"] for mount in changed["containers"][0]["volumeMounts"]] == ["token", added["name"]]


def test_a_pod_without_volumes_gets_its_first() -> None:
    result = transformed("kubernetes:apps/v1:Deployment", {"containers": [{"name": "discovery"}]})

    assert len(result.props["spec"]["template"]["spec"]["volumes"]) == 1


def test_other_objects_stay_as_they_are() -> None:
    assert transformed("kubernetes:core/v1:Service", {}) is None
