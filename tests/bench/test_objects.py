"""The finished objects, read from an exported state."""

import json

from bench.objects import Object, Objects, Wait, waits

SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "plaintext": json.dumps({"key": "dA=="}),
}
PARENT = "urn:pulumi:sandbox::traced-mesh::traced-mesh:mesh:Mesh::mesh"
CHART = "urn:pulumi:sandbox::traced-mesh::traced-mesh:mesh:Mesh$kubernetes:helm.sh/v4:Chart::istiod"


def resource(kind: str, name: str, *, parent: str = PARENT, **more: object) -> dict[str, object]:
    annotations = more.pop("annotations", {})
    metadata = {"name": name, "namespace": "shop", "annotations": annotations}
    inputs = {
        "kind": kind.removesuffix("Patch"),
        "metadata": metadata,
        **({"data": SECRET} if kind == "Secret" else {}),
    }
    return {"type": f"kubernetes:core/v1:{kind}", "custom": True, "parent": parent, "inputs": inputs, **more}


def exported() -> Objects:
    waiting = {"pulumi.com/waitFor": "jsonpath={.webhooks[0].failurePolicy}=Fail"}
    resources = [
        {"type": "pulumi:pulumi:Stack", "custom": False},
        {"type": "pulumi:providers:kubernetes", "custom": True},
        resource("Namespace", "shop", retainOnDelete=True),
        resource("Deployment", "istiod", parent=CHART),
        resource("ValidatingWebhookConfigurationPatch", "validator", annotations=waiting),
        resource("Secret", "token"),
        resource(
            "Service", "gateway", annotations={"pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}"}
        ),
    ]
    return Objects.of_deployment({"deployment": {"resources": resources}})


def names(objects: list[Object]) -> list[str]:
    return [each["metadata"]["name"] for each in objects]


def test_what_the_control_plane_answers_for_comes_after_it() -> None:
    assert names(exported().foundation) == ["shop", "istiod"]
    assert names(exported().rest) == ["token", "gateway"]


def test_a_patch_is_a_wait_and_no_object() -> None:
    (wait,) = exported().answers

    assert wait == Wait(
        "ValidatingWebhookConfiguration", "validator", "shop", "jsonpath={.webhooks[0].failurePolicy}=Fail"
    )
    assert len(exported().made) == 4


def test_an_annotated_object_is_waited_for() -> None:
    assert [each.name for each in waits(exported().rest)] == ["gateway"]


def test_a_secret_is_what_the_api_server_gets() -> None:
    (secret,) = exported().of("Secret")

    assert secret["data"] == {"key": "dA=="}


def test_what_is_kept_is_not_removed_and_the_last_goes_first() -> None:
    assert names(exported().removed) == ["gateway", "token", "istiod"]
    assert exported().shared_namespaces == ["shop"]
