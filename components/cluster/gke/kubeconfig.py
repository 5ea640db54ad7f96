"""The kubeconfig of a GKE cluster, for each way to its control plane."""

from typing import Any

import pulumi
import pulumi_gcp as gcp
import yaml

from components.constants.choices import ControlPlaneAccess


def cluster_kubeconfig(cluster: gcp.container.Cluster, access: ControlPlaneAccess) -> pulumi.Output[str]:
    """Return the kubeconfig of a cluster, as YAML; a secret.

    Arguments:
        cluster: the cluster.
        access: how its control plane is reached.
    """
    parts = pulumi.Output.all(name=cluster.name, endpoint=_endpoint(cluster, access), ca=_authority(cluster, access))
    return pulumi.Output.secret(parts.apply(lambda it: yaml.safe_dump(kubeconfig(**it))))


def kubeconfig(*, name: str, endpoint: str, ca: str | None) -> dict[str, Any]:
    """Return a kubeconfig for a GKE cluster that asks `gke-gcloud-auth-plugin` for credentials.

    It holds no credential itself. Source of its form:
    https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl

    Arguments:
        name: the cluster's name; also the context's and the user's.
        endpoint: IP address or host name of the control plane.
        ca: the cluster's CA certificate, base64 of PEM; `None` where a public CA vouches for the endpoint.
    """
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "gke-gcloud-auth-plugin",
        "installHint": "Install gke-gcloud-auth-plugin: gcloud components install gke-gcloud-auth-plugin",
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": True,
    }
    authority = {"certificate-authority-data": ca} if ca else {}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{endpoint}", **authority}}],
        "users": [{"name": name, "user": {"exec": plugin}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def _endpoint(cluster: gcp.container.Cluster, access: ControlPlaneAccess) -> pulumi.Output[Any]:
    match access:
        case ControlPlaneAccess.DNS_ENDPOINT:
            return cluster.control_plane_endpoints_config.dns_endpoint_config.endpoint
        case ControlPlaneAccess.PRIVATE:
            return cluster.private_cluster_config.private_endpoint
        case ControlPlaneAccess.PUBLIC:
            return cluster.endpoint


def _authority(cluster: gcp.container.Cluster, access: ControlPlaneAccess) -> pulumi.Output[Any] | None:
    """Return the CA of the endpoint.

    The DNS name's certificate is a public one: the cluster's own CA in its place ends in `x509: certificate signed by
    unknown authority` (https://github.com/hashicorp/terraform-provider-kubernetes/issues/2637).
    """
    return None if access is ControlPlaneAccess.DNS_ENDPOINT else cluster.master_auth.cluster_ca_certificate
