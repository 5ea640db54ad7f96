"""The Google Cloud APIs that a GKE cluster needs, and who waits for which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_gcp as gcp

COMPUTE: Final = "compute.googleapis.com"
CONTAINER: Final = "container.googleapis.com"
IAM: Final = "iam.googleapis.com"
RESOURCE_MANAGER: Final = "cloudresourcemanager.googleapis.com"  # the project's IAM policy
BINARY_AUTHORIZATION: Final = "binaryauthorization.googleapis.com"
TELEMETRY: Final = "telemetry.googleapis.com"  # takes spans over OTLP
CLOUD_TRACE: Final = "cloudtrace.googleapis.com"  # keeps and shows them


@dataclass(frozen=True)
class Apis:
    """The APIs that are enabled here; empty (default) if somebody else has done it.

    Arguments:
        services: API -> the resource that enables it.
    """

    services: Mapping[str, gcp.projects.Service] = field(default_factory=dict[str, gcp.projects.Service])

    def enabled(self, *apis: str) -> list[pulumi.Resource]:
        """Return what a resource that uses `apis` waits for."""
        return [self.services[api] for api in apis if api in self.services]


def enable_apis(name: str, project: str, apis: Sequence[str], parent: pulumi.Resource) -> Apis:
    """Enable APIs in a project, side by side. They stay enabled when the stack goes: others may use them.

    Arguments:
        name: prefix of the Pulumi resources' names.
        project: the project's id; its Service Usage API is enabled, as in every new project.
        apis: the APIs.
        parent: the cluster component.
    """
    return Apis(
        {
            api: gcp.projects.Service(
                f"{name}-api-{api.partition('.')[0]}",
                project=project,
                service=api,
                disable_on_destroy=False,
                opts=pulumi.ResourceOptions(parent=parent),
            )
            for api in apis
        }
    )
