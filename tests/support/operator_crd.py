"""The definition of the Pulumi Kubernetes Operator's `Stack`, from the operator's own Go module.

The Go module proxy serves the operator's first major version. The second kept every field of its `Stack` and added
some; those that our manifests use are added here, as deploy/crds/pulumi.com_stacks.yaml of release 2.9.0 declares them
(https://github.com/pulumi/pulumi-kubernetes-operator/blob/v2.9.0/deploy/crds/pulumi.com_stacks.yaml).
"""

from typing import Any, Final

import yaml

from local.toolchain.golang import find_go

_MODULE: Final = "github.com/pulumi/pulumi-kubernetes-operator"
_VERSION: Final = "v1.16.0"
_CHECKSUM: Final = "h1:HSgXateOE1GAgetlqB85iRx5EbcCfvLI7WeDEny9fVA="

_TEXT: Final = {"type": "string"}
_AMOUNTS: Final = {"type": "object", "additionalProperties": {"x-kubernetes-int-or-string": True}}

#: Fields of 2.9.0 that 1.16.0 lacks.
_LATER_FIELDS: Final = {
    "serviceAccountName": _TEXT,
    "workspaceReclaimPolicy": {"type": "string", "enum": ["Retain", "Delete"]},
    "workspaceTemplate": {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {
                    "image": _TEXT,
                    "securityProfile": _TEXT,
                    "resources": {"type": "object", "properties": {"requests": _AMOUNTS, "limits": _AMOUNTS}},
                },
            }
        },
    },
}


def stack_definition() -> dict[str, Any]:
    """Return the CustomResourceDefinition of `Stack`."""
    folder = find_go().pinned_module_folder(_MODULE, _VERSION, _CHECKSUM)
    definition: dict[str, Any] = yaml.safe_load((folder / "deploy/crds/pulumi.com_stacks.yaml").read_text("utf-8"))
    (version,) = (each for each in definition["spec"]["versions"] if each["name"] == "v1")
    version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"] |= _LATER_FIELDS
    return definition
