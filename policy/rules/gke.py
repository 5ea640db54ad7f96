"""Rules about what a GKE cluster is open to.

Source of all of them: https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster.
"""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from pulumi_policy import Severity

from policy.reading import at, entries, mapping
from policy.resource import Resource
from policy.rule import ADVISED_BEYOND_DEV, EVERYWHERE, PROD_ONLY, ResourceRule

CLUSTER: Final = frozenset({"gcp:container/cluster:Cluster"})

#: Networks with more addresses than this are no list of known callers: a /8 is as much as one owner ever got.
_WIDEST: Final = 8


def _open_control_plane(cluster: Resource) -> Iterator[str]:
    endpoints = mapping(cluster.properties, "controlPlaneEndpointsConfig.ipEndpointsConfig")
    has_address = endpoints.get("enabled") is not False
    private = at(cluster.properties, "privateClusterConfig.enablePrivateEndpoint") is True
    if not has_address or private:
        return
    if at(cluster.properties, "masterAuthorizedNetworksConfig") is None:
        yield "the control plane has a public address that takes requests from anywhere"
    for block in entries(cluster.properties, "masterAuthorizedNetworksConfig.cidrBlocks"):
        if is_the_world(at(block, "cidrBlock")):
            yield f"the control plane's authorized networks hold {at(block, 'cidrBlock')}, which is nearly everybody"


def _deletion_protection(cluster: Resource) -> Iterator[str]:
    if at(cluster.properties, "deletionProtection") is not True:
        yield "Google's provider may delete the cluster: its deletion protection is off"
    if cluster.protected is False:
        yield "Pulumi may delete the cluster: it is not protected"


def _legacy_credentials(cluster: Resource) -> Iterator[str]:
    if at(cluster.properties, "masterAuth.clientCertificateConfig.issueClientCertificate") is True:
        yield "the cluster issues a client certificate, which can't be revoked"
    if at(cluster.properties, "enableLegacyAbac") is True:
        yield "legacy ABAC is on, by which any Pod may do anything"


def _private_nodes(cluster: Resource) -> Iterator[str]:
    if at(cluster.properties, "privateClusterConfig.enablePrivateNodes") is not True:
        yield "nodes have public addresses"


def _workload_identity(cluster: Resource) -> Iterator[str]:
    if not at(cluster.properties, "workloadIdentityConfig.workloadPool"):
        yield "Workload Identity is off, so every Pod acts as the nodes' service account"


def _shielded_nodes(cluster: Resource) -> Iterator[str]:
    if at(cluster.properties, "enableShieldedNodes") is False:
        yield "shielded nodes are off"


def _network_policies(cluster: Resource) -> Iterator[str]:
    enforced = at(cluster.properties, "networkPolicy.enabled") is True
    if at(cluster.properties, "datapathProvider") != "ADVANCED_DATAPATH" and not enforced:
        yield "nothing enforces NetworkPolicies: neither Dataplane V2 nor networkPolicy is on"


def _encryption(cluster: Resource) -> Iterator[str]:
    if at(cluster.properties, "databaseEncryption.state") != "ENCRYPTED":
        yield "Secrets in the cluster's database are encrypted by Google's own key only"


def is_the_world(network: object) -> bool:
    """Tell whether a network (CIDR) is wider than any list of known callers can be."""
    try:
        return ip_network(str(network), strict=False).prefixlen < _WIDEST
    except ValueError:
        return False


RULES: Final = (
    ResourceRule(
        "gke-control-plane-closed",
        "A cluster's control plane takes no requests from the whole internet.",
        Severity.CRITICAL,
        EVERYWHERE,
        "pulumi config set traced-mesh:gkeControlPlaneAccess dns-endpoint, or name the callers' networks in "
        "traced-mesh:gkeAuthorizedNetworks",
        CLUSTER,
        _open_control_plane,
    ),
    ResourceRule(
        "gke-deletion-protection",
        "In prod, neither Pulumi nor Google's provider deletes a cluster by mistake.",
        Severity.HIGH,
        PROD_ONLY,
        "pulumi config set traced-mesh:deletionProtection true; to remove the cluster for good, first say that it is "
        "prod no more: pulumi config set traced-mesh:environment dev",
        CLUSTER,
        _deletion_protection,
    ),
    ResourceRule(
        "gke-no-legacy-credentials",
        "A cluster issues no client certificate and has no legacy ABAC.",
        Severity.HIGH,
        EVERYWHERE,
        "set masterAuth.clientCertificateConfig.issueClientCertificate and enableLegacyAbac to false",
        CLUSTER,
        _legacy_credentials,
    ),
    ResourceRule(
        "gke-private-nodes",
        "Nodes have no public addresses.",
        Severity.HIGH,
        EVERYWHERE,
        "pulumi config set traced-mesh:gkePrivateNodes true",
        CLUSTER,
        _private_nodes,
    ),
    ResourceRule(
        "gke-workload-identity",
        "Pods have identities of their own.",
        Severity.HIGH,
        EVERYWHERE,
        "set workloadIdentityConfig.workloadPool to <project>.svc.id.goog",
        CLUSTER,
        _workload_identity,
    ),
    ResourceRule(
        "gke-shielded-nodes",
        "A cluster takes shielded nodes only.",
        Severity.MEDIUM,
        EVERYWHERE,
        "set enableShieldedNodes to true",
        CLUSTER,
        _shielded_nodes,
    ),
    ResourceRule(
        "gke-network-policies-enforced",
        "A cluster enforces NetworkPolicies.",
        Severity.HIGH,
        EVERYWHERE,
        "set datapathProvider to ADVANCED_DATAPATH",
        CLUSTER,
        _network_policies,
    ),
    ResourceRule(
        "gke-secrets-encrypted",
        "A cluster's database is encrypted with a key of your own.",
        Severity.MEDIUM,
        ADVISED_BEYOND_DEV,
        "name a Cloud KMS key in traced-mesh:gkeDatabaseEncryptionKey",
        CLUSTER,
        _encryption,
    ),
)
