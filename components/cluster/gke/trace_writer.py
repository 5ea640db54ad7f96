"""The right of Pods to write spans to Cloud Trace, without a key and without a service account in Google Cloud."""

from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.cluster.gke.apis import CLOUD_TRACE, RESOURCE_MANAGER, TELEMETRY
from components.cluster.gke.foundation import Foundation
from components.model.gke import PodAccount

#: The one permission `telemetry.traces.write` (https://cloud.google.com/iam/docs/roles-permissions/telemetry).
TRACE_ROLE: Final = "roles/telemetry.tracesWriter"


def trace_writer(base: Foundation, account: PodAccount, cluster: pulumi.Resource) -> gcp.projects.IAMMember:
    """Give the Pods of a ServiceAccount the role that writes spans, by Workload Identity.

    The role goes to the ServiceAccount itself, as Google's own manifests for a Collector have it
    (github.com/GoogleCloudPlatform/otlp-k8s-ingest, README.md); a service account of Google Cloud in between would be
    one more thing that others could act as. A project has one identity pool for all of its clusters, so Pods of a
    ServiceAccount with the same name and namespace in another cluster of the project have the role too
    (https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#identity_sameness).

    Arguments:
        base: what the cluster's parts are made with.
        account: the ServiceAccount; it need not exist yet.
        cluster: the cluster; the project's first one brings the identity pool, without which Google refuses the role.
    """
    project = base.args.project
    number = gcp.organizations.get_project_output(
        project_id=project,
        opts=pulumi.InvokeOutputOptions(parent=base.parent, depends_on=base.apis.enabled(RESOURCE_MANAGER)),
    ).number
    pool = pulumi.Output.concat(
        "principal://iam.googleapis.com/projects/",
        number,
        f"/locations/global/workloadIdentityPools/{project}.svc.id.goog",
    )
    needed = pulumi.ResourceOptions(depends_on=[cluster])
    return gcp.projects.IAMMember(
        f"{base.name}-trace-writer",
        project=project,
        role=TRACE_ROLE,
        member=pulumi.Output.concat(pool, f"/subject/ns/{account.namespace}/sa/{account.name}"),
        opts=pulumi.ResourceOptions.merge(base.options(RESOURCE_MANAGER, TELEMETRY, CLOUD_TRACE), needed),
    )
