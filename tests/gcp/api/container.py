"""The requests for GKE's clusters and node pools (`google-beta/services/container`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.gcp.api.calls import UNSENT, Body, Call, Field, Fields, Inputs, UnknownInputError, at, body, put
from tests.gcp.double.outputs import merged as merged_over

_CLUSTERS: Final = "container.projects.locations.clusters"
_OPERATION: Final = "container.projects.locations.operations.get"

#: Of a node, in a cluster and in a node pool (`expandNodeConfig`).
_NODE: Final[Fields] = {
    "serviceAccount": Field("serviceAccount"),
    "oauthScopes": Field("oauthScopes"),
    "metadata": Field("metadata"),
    "machineType": Field("machineType"),
    "imageType": Field("imageType"),
    "spot": Field("spot"),
    "preemptible": Field("preemptible"),
    "diskType": Field("diskType"),
    "diskSizeGb": Field("diskSizeGb"),
    "labels": Field("labels"),
    "resourceLabels": Field("resourceLabels"),
    "taints": Field("taints"),
    "shieldedInstanceConfig.enableSecureBoot": Field("shieldedInstanceConfig.enableSecureBoot"),
    "shieldedInstanceConfig.enableIntegrityMonitoring": Field("shieldedInstanceConfig.enableIntegrityMonitoring"),
    "workloadMetadataConfig.mode": Field("workloadMetadataConfig.mode"),
    # An enum of Pulumi's provider, a boolean of Google's API (`expandInsecureKubeletReadonlyPortEnabled`).
    "kubeletConfig.insecureKubeletReadonlyPortEnabled": Field(
        "kubeletConfig.insecureKubeletReadonlyPortEnabled", lambda it, _: it == "TRUE", is_forced=True
    ),
}


def _below(fields: Fields, given: str, sent: str) -> Fields:
    return {
        f"{given}.{path}": Field(f"{sent}.{each.to}", each.convert, each.is_forced) for path, each in fields.items()
    }


def _exclusions(given: Sequence[Inputs], _: Inputs) -> Body:
    """Return the exclusions by their names (`expandMaintenancePolicy`)."""
    return {
        each["exclusionName"]: {
            "startTime": each["startTime"],
            "endTime": each["endTime"],
            "maintenanceExclusionOptions": {"scope": each["exclusionOptions"]["scope"]},
        }
        for each in given
    }


def _network(given: str, inputs: Inputs) -> str:
    return given if "/" in given else f"projects/{inputs['project']}/global/networks/{given}"


def _subnetwork(given: str, inputs: Inputs) -> str:
    region = "-".join(inputs["location"].split("-")[:2])
    return given if "/" in given else f"projects/{inputs['project']}/regions/{region}/subnetworks/{given}"


def _authorized(given: Inputs, _: Inputs) -> Body:
    """Return who may reach the control plane's addresses (`expandMasterAuthorizedNetworksConfig`)."""
    blocks = [{"cidrBlock": each["cidrBlock"], "displayName": each["displayName"]} for each in given["cidrBlocks"]]
    made: Body = {"enabled": True, "gcpPublicCidrsAccessEnabled": given["gcpPublicCidrsAccessEnabled"]}
    return {**made, "cidrBlocks": blocks} if blocks else made


_CLUSTER: Final[Fields] = {
    "name": Field("name"),
    "project": UNSENT,
    "location": UNSENT,
    "removeDefaultNodePool": UNSENT,
    "deletionProtection": UNSENT,
    "initialNodeCount": Field("initialNodeCount"),
    "minMasterVersion": Field("initialClusterVersion"),
    "releaseChannel.channel": Field("releaseChannel.channel"),
    "networkingMode": Field("ipAllocationPolicy.useIpAliases", lambda it, _: it == "VPC_NATIVE", is_forced=True),
    "network": Field("network", _network),
    "subnetwork": Field("subnetwork", _subnetwork),
    "ipAllocationPolicy.clusterSecondaryRangeName": Field("ipAllocationPolicy.clusterSecondaryRangeName"),
    "ipAllocationPolicy.servicesSecondaryRangeName": Field("ipAllocationPolicy.servicesSecondaryRangeName"),
    "ipAllocationPolicy.stackType": Field("ipAllocationPolicy.stackType"),
    "disableL4LbFirewallReconciliation": Field("networkConfig.disableL4LbFirewallReconciliation"),
    "enableCiliumClusterwideNetworkPolicy": Field("networkConfig.enableCiliumClusterwideNetworkPolicy"),
    "enableFqdnNetworkPolicy": Field("networkConfig.enableFqdnNetworkPolicy"),
    "enableKubernetesAlpha": Field("enableKubernetesAlpha"),
    "enableMultiNetworking": Field("networkConfig.enableMultiNetworking"),
    "datapathProvider": Field("networkConfig.datapathProvider"),
    "gatewayApiConfig.channel": Field("networkConfig.gatewayApiConfig.channel"),
    "workloadIdentityConfig.workloadPool": Field("workloadIdentityConfig.workloadPool"),
    "enableShieldedNodes": Field("shieldedNodes.enabled", is_forced=True),
    "enableLegacyAbac": Field("legacyAbac.enabled", is_forced=True),
    # Its one field is `false` by default, which the client leaves out: an empty object goes.
    "masterAuth.clientCertificateConfig": Field(
        "masterAuth.clientCertificateConfig",
        lambda it, _: {key: value for key, value in it.items() if value},
        is_forced=True,
    ),
    "costManagementConfig.enabled": Field("costManagementConfig.enabled", is_forced=True),
    "resourceLabels": Field("resourceLabels"),
    "loggingConfig.enableComponents": Field("loggingConfig.componentConfig.enableComponents"),
    "monitoringConfig.enableComponents": Field("monitoringConfig.componentConfig.enableComponents"),
    "monitoringConfig.managedPrometheus.enabled": Field("monitoringConfig.managedPrometheusConfig.enabled"),
    "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic": Field(
        "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic", is_forced=True
    ),
    "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled": Field(
        "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled", is_forced=True
    ),
    "masterAuthorizedNetworksConfig": Field(
        "controlPlaneEndpointsConfig.ipEndpointsConfig.authorizedNetworksConfig", _authorized
    ),
    "privateClusterConfig.enablePrivateNodes": Field("networkConfig.defaultEnablePrivateNodes"),
    "privateClusterConfig.enablePrivateEndpoint": Field(
        "controlPlaneEndpointsConfig.ipEndpointsConfig.enablePublicEndpoint", lambda it, _: not it, is_forced=True
    ),
    "privateClusterConfig.masterIpv4CidrBlock": Field("privateClusterConfig.masterIpv4CidrBlock"),
    "databaseEncryption.state": Field("databaseEncryption.state"),
    "databaseEncryption.keyName": Field("databaseEncryption.keyName"),
    "binaryAuthorization.evaluationMode": Field("binaryAuthorization.evaluationMode"),
    "maintenancePolicy.recurringWindow.startTime": Field("maintenancePolicy.window.recurringWindow.window.startTime"),
    "maintenancePolicy.recurringWindow.endTime": Field("maintenancePolicy.window.recurringWindow.window.endTime"),
    "maintenancePolicy.recurringWindow.recurrence": Field("maintenancePolicy.window.recurringWindow.recurrence"),
    "maintenancePolicy.maintenanceExclusions": Field("maintenancePolicy.window.maintenanceExclusions", _exclusions),
    **_below(_NODE, "nodeConfig", "nodeConfig"),
}

_NODE_POOL: Final[Fields] = {
    "name": Field("name"),
    "project": UNSENT,
    "location": UNSENT,
    "cluster": UNSENT,
    "initialNodeCount": Field("initialNodeCount"),
    "nodeCount": Field("initialNodeCount"),
    "nodeLocations": Field("locations"),
    "version": Field("version"),
    "autoscaling.minNodeCount": Field("autoscaling.minNodeCount", is_forced=True),
    "autoscaling.maxNodeCount": Field("autoscaling.maxNodeCount", is_forced=True),
    "management.autoRepair": Field("management.autoRepair"),
    "management.autoUpgrade": Field("management.autoUpgrade"),
    "networkConfig.enablePrivateNodes": Field("networkConfig.enablePrivateNodes", is_forced=True),
    "upgradeSettings.strategy": Field("upgradeSettings.strategy"),
    "upgradeSettings.maxSurge": Field("upgradeSettings.maxSurge"),
    "upgradeSettings.maxUnavailable": Field("upgradeSettings.maxUnavailable"),
    **_below(_NODE, "nodeConfig", "config"),
}

#: What the provider sends for a cluster whatever the inputs are (`resourceContainerClusterCreate`).
_ALWAYS: Final[Mapping[str, Any]] = {
    "autopilot.enabled": False,
    "autoscaling.enableNodeAutoprovisioning": False,
    "binaryAuthorization.enabled": False,
    "controlPlaneEndpointsConfig.dnsEndpointConfig.enableK8sCertsViaDns": False,
    "controlPlaneEndpointsConfig.dnsEndpointConfig.enableK8sTokensViaDns": False,
    "maintenancePolicy.window": {},
    "networkPolicy": {},
}

#: Input of a cluster -> the field of `ClusterUpdate` that changes it, and what of the cluster it takes.
_CLUSTER_UPDATES: Final[Mapping[str, tuple[str, str]]] = {
    "minMasterVersion": ("desiredMasterVersion", "initialClusterVersion"),
    "releaseChannel": ("desiredReleaseChannel", "releaseChannel"),
    "controlPlaneEndpointsConfig": ("desiredControlPlaneEndpointsConfig", "controlPlaneEndpointsConfig"),
    "masterAuthorizedNetworksConfig": ("desiredControlPlaneEndpointsConfig", "controlPlaneEndpointsConfig"),
    "privateClusterConfig": ("desiredControlPlaneEndpointsConfig", "controlPlaneEndpointsConfig"),
    "enableShieldedNodes": ("desiredShieldedNodes", "shieldedNodes"),
    "costManagementConfig": ("desiredCostManagementConfig", "costManagementConfig"),
    "loggingConfig": ("desiredLoggingConfig", "loggingConfig"),
    "monitoringConfig": ("desiredMonitoringConfig", "monitoringConfig"),
    "databaseEncryption": ("desiredDatabaseEncryption", "databaseEncryption"),
    "binaryAuthorization": ("desiredBinaryAuthorization", "binaryAuthorization"),
    "gatewayApiConfig": ("desiredGatewayApiConfig", "networkConfig.gatewayApiConfig"),
    "workloadIdentityConfig": ("desiredWorkloadIdentityConfig", "workloadIdentityConfig"),
}

#: Input of a cluster -> the method of its own that changes it, the field of its request, and what of the cluster it
#: takes.
_CLUSTER_SETTERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "resourceLabels": (f"{_CLUSTERS}.setResourceLabels", "resourceLabels", "resourceLabels"),
    "maintenancePolicy": (f"{_CLUSTERS}.setMaintenancePolicy", "maintenancePolicy", "maintenancePolicy"),
}

#: Inputs of a cluster whose change is the provider's own affair.
_UNSENT_CHANGES: Final = frozenset({"deletionProtection", "removeDefaultNodePool", "nodeConfig", "initialNodeCount"})

#: Input of a node pool -> the field of `UpdateNodePoolRequest`, and what of the node pool it takes.
_NODE_POOL_UPDATES: Final[Mapping[str, tuple[str, str]]] = {
    "version": ("nodeVersion", "version"),
    "nodeLocations": ("locations", "locations"),
    "upgradeSettings": ("upgradeSettings", "upgradeSettings"),
    "networkConfig": ("nodeNetworkConfig", "networkConfig"),
}


#: Input of a pool's nodes -> the field of `UpdateNodePoolRequest`, and the field around its value there; empty: none
#: (`nodePoolNodeConfigUpdate`).
_NODE_UPDATES: Final[Mapping[str, tuple[str, str]]] = {
    "machineType": ("machineType", ""),
    "diskType": ("diskType", ""),
    "diskSizeGb": ("diskSizeGb", ""),
    "imageType": ("imageType", ""),
    "labels": ("labels", "labels"),
    "resourceLabels": ("resourceLabels", "labels"),
    "taints": ("taints", "taints"),
    "workloadMetadataConfig": ("workloadMetadataConfig", ""),
    "kubeletConfig": ("kubeletConfig", ""),
}

#: Inputs of a pool's nodes that go in one request.
_MACHINE: Final = ("machineType", "diskType", "diskSizeGb")


def cluster(inputs: Inputs) -> Body:
    """Return a cluster as the API has it."""
    made: Body = {}
    for path, value in _ALWAYS.items():
        put(made, path, value)
    merged = merged_over(made, body(_CLUSTER, inputs))
    if at(merged, "binaryAuthorization.evaluationMode"):
        del merged["binaryAuthorization"]["enabled"]
    addresses = merged["controlPlaneEndpointsConfig"]["ipEndpointsConfig"]
    if addresses["enabled"]:
        addresses |= {"globalAccess": False, "privateEndpointSubnetwork": ""}
        addresses.setdefault("enablePublicEndpoint", True)
    else:
        merged["controlPlaneEndpointsConfig"]["ipEndpointsConfig"] = {"enabled": False}
    _with_quota(merged.get("nodeConfig", {}))
    if "privateClusterConfig" in merged:
        merged["privateClusterConfig"]["enablePrivateNodes"] = merged["networkConfig"]["defaultEnablePrivateNodes"]
    return merged


def node_pool(inputs: Inputs) -> Body:
    """Return a node pool as the API has it."""
    made = body(_NODE_POOL, inputs)
    _with_quota(made["config"])
    if "autoscaling" in made:
        made["autoscaling"] |= {"enabled": True, "totalMinNodeCount": 0, "totalMaxNodeCount": 0}
    return made


def create_cluster(inputs: Inputs) -> list[Call]:
    """Return the calls that make a cluster; the last ones take Google's first pool away."""
    first_pool = {"name": f"{_cluster_name(inputs)}/nodePools/default-pool"}
    return [
        Call(f"{_CLUSTERS}.create", {"parent": _place(inputs)}, {"cluster": cluster(inputs)}),
        _wait(inputs),
        *(
            [Call(f"{_CLUSTERS}.nodePools.delete", first_pool), _wait(inputs)]
            if inputs["removeDefaultNodePool"]
            else []
        ),
    ]


def read_cluster(inputs: Inputs) -> list[Call]:
    """Return the calls that read a cluster."""
    return [Call(f"{_CLUSTERS}.get", {"name": _cluster_name(inputs)})]


def update_cluster(inputs: Inputs, changed: Sequence[str]) -> list[Call]:
    """Return the calls that change a cluster.

    Arguments:
        inputs: its inputs now.
        changed: names of those that differ.

    Raises:
        UnknownInputError: if no table says how one of them is changed.
    """
    now, name = cluster(inputs), {"name": _cluster_name(inputs)}
    calls: dict[str, Call] = {}
    for each in dict.fromkeys(name.partition(".")[0] for name in changed):
        if each in _CLUSTER_UPDATES:
            desired, source = _CLUSTER_UPDATES[each]
            calls[desired] = Call(f"{_CLUSTERS}.update", name, {"update": {desired: at(now, source)}})
        elif each in _CLUSTER_SETTERS:
            method, field, source = _CLUSTER_SETTERS[each]
            calls[method] = Call(method, name, {field: at(now, source) or {}})
        elif each not in _UNSENT_CHANGES:
            raise UnknownInputError(f"no table of requests says how the cluster's input {each} is changed")
    return [call for each in calls.values() for call in (each, _wait(inputs))]


def delete_cluster(inputs: Inputs) -> list[Call]:
    """Return the calls that delete a cluster."""
    return [Call(f"{_CLUSTERS}.delete", {"name": _cluster_name(inputs)}), _wait(inputs)]


def create_node_pool(inputs: Inputs) -> list[Call]:
    """Return the calls that make a node pool."""
    parent = {"parent": _cluster_name({**inputs, "name": inputs["cluster"]})}
    return [Call(f"{_CLUSTERS}.nodePools.create", parent, {"nodePool": node_pool(inputs)}), _wait(inputs)]


def read_node_pool(inputs: Inputs) -> list[Call]:
    """Return the calls that read a node pool; how many nodes it has, the provider asks its instance groups."""
    groups = {"project": inputs["project"], "zone": _a_zone(inputs)}
    return [
        Call(f"{_CLUSTERS}.nodePools.get", {"name": _node_pool_name(inputs)}),
        Call("compute.instanceGroupManagers.list", groups),
    ]


def update_node_pool(inputs: Inputs, changed: Sequence[str]) -> list[Call]:
    """Return the calls that change a node pool in place; see `update_cluster`."""
    now, name = node_pool(inputs), {"name": _node_pool_name(inputs)}
    changed_nodes = [each.partition(".")[2] for each in changed if each.startswith("nodeConfig.")]
    calls: list[Call] = []
    for each in dict.fromkeys(name.partition(".")[0] for name in changed):
        if each == "nodeCount":
            calls.append(Call(f"{_CLUSTERS}.nodePools.setSize", name, {"nodeCount": inputs["nodeCount"]}))
        elif each == "management":
            calls.append(Call(f"{_CLUSTERS}.nodePools.setManagement", name, {"management": now["management"]}))
        elif each == "autoscaling":
            desired = {"desiredNodePoolId": inputs["name"], "desiredNodePoolAutoscaling": now.get("autoscaling", {})}
            of_cluster = {"name": _cluster_name({**inputs, "name": inputs["cluster"]})}
            calls.append(Call(f"{_CLUSTERS}.update", of_cluster, {"update": desired}))
        elif each in _NODE_POOL_UPDATES:
            field, source = _NODE_POOL_UPDATES[each]
            calls.append(Call(f"{_CLUSTERS}.nodePools.update", name, {field: now[source]}))
        elif each == "nodeConfig":
            updates = _node_updates(now["config"], changed_nodes)
            calls += [Call(f"{_CLUSTERS}.nodePools.update", name, update) for update in updates]
        elif each != "initialNodeCount":
            raise UnknownInputError(f"no table of requests says how the node pool's input {each} is changed")
    return [call for each in calls for call in (each, _wait(inputs))]


def _node_updates(node: Body, changed: Sequence[str]) -> list[Body]:
    """Return the bodies of the requests that change the nodes of a pool.

    Raises:
        UnknownInputError: if no table says how one of `changed` is changed.
    """
    made: dict[str, Body] = {}
    for each in changed:
        if each not in _NODE_UPDATES:
            raise UnknownInputError(f"no table of requests says how the nodes' input {each} is changed")
        field, around = _NODE_UPDATES[each]
        value = node.get(each, [] if each == "taints" else {})
        made.setdefault("machine" if each in _MACHINE else each, {})[field] = {around: value} if around else value
    return list(made.values())


def delete_node_pool(inputs: Inputs) -> list[Call]:
    """Return the calls that delete a node pool."""
    return [Call(f"{_CLUSTERS}.nodePools.delete", {"name": _node_pool_name(inputs)}), _wait(inputs)]


def _with_quota(node: Body) -> None:
    """Switch on what the provider switches on wherever the kubelet is configured and its inputs don't say."""
    if "kubeletConfig" in node:
        node["kubeletConfig"]["cpuCfsQuota"] = True


def _place(inputs: Inputs) -> str:
    return f"projects/{inputs['project']}/locations/{inputs['location']}"


def _cluster_name(inputs: Inputs) -> str:
    return f"{_place(inputs)}/clusters/{inputs['name']}"


def _node_pool_name(inputs: Inputs) -> str:
    return f"{_place(inputs)}/clusters/{inputs['cluster']}/nodePools/{inputs['name']}"


def _a_zone(inputs: Inputs) -> str:
    """Return a zone that the nodes of a pool can stand in."""
    location: str = inputs["location"]
    return (inputs.get("nodeLocations") or [location if location.count("-") > 1 else f"{location}-a"])[0]


def _wait(inputs: Inputs) -> Call:
    """Return the call that is repeated until Google has done what it was asked for."""
    return Call(_OPERATION, {"name": f"{_place(inputs)}/operations/operation-1"})
