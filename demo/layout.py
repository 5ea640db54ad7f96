"""Addresses, names and files of one node, in one place: the parts of the node find each other by them."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from components.constants.ports import JAEGER_QUERY_PORT, OTLP_PORT, ZIPKIN_PORT

#: Name of the Node object.
NODE: Final = "node-1"

#: The node's own address, on a network that ends inside its network namespace.
NODE_ADDRESS: Final = "10.250.0.1"
NODE_NETWORK: Final = f"{NODE_ADDRESS}/24"

#: Ranges of Pods and Services; the first Service address is the API server's.
POD_RANGE: Final = "10.244.0.0/24"
SERVICE_RANGE: Final = "10.96.0.0/16"
API_SERVICE: Final = "10.96.0.1"
DNS_SERVICE: Final = "10.96.0.10"
CLUSTER_DOMAIN: Final = "cluster.local"

#: Where containerd listens, on a file system of the node's own.
CONTAINERD_SOCKET: Final = "/run/containerd/containerd.sock"

#: Where the runtime has its network plugins (`bin`) and their configuration (`net.d`), on a file system of the node's
#: own: Istio's plugin adds itself to both.
CNI_FOLDER: Final = Path("/run/cni")

API_PORT: Final = 6443
ETCD_PORT: Final = 2379
JAEGER_OTLP_PORT: Final = 14317

#: The tracing backend as the cluster sees it: a host outside of it, with a certificate.
BACKEND_HOST: Final = "traces.sandbox.internal"
BACKEND_PORT: Final = OTLP_PORT

#: Ports of NodePort Services that this machine reaches: HTTP, HTTPS and status of the gateway, and some to spare.
NODE_PORTS: Final = 6


class Endpoint(StrEnum):
    """What is reached from this machine, each at a port of the loopback address."""

    API_SERVER = "api-server"
    JAEGER = "jaeger"
    ZIPKIN = "zipkin"


#: Where each endpoint leads inside the node.
ENDPOINTS: Final = {Endpoint.API_SERVER: API_PORT, Endpoint.JAEGER: JAEGER_QUERY_PORT, Endpoint.ZIPKIN: ZIPKIN_PORT}


@dataclass(frozen=True)
class Layout:
    """The files of one node.

    Arguments:
        folder: the instance's folder, an absolute path.
    """

    folder: Path

    @property
    def data(self) -> Path:
        """What the node's programs keep; as good as a node's disk."""
        return self.folder / "node"

    @property
    def keys(self) -> Path:
        """Certificates, keys and kubeconfigs."""
        return self.data / "keys"

    @property
    def configuration(self) -> Path:
        """Configuration files of the node's programs."""
        return self.data / "configuration"

    @property
    def backend(self) -> Path:
        """Files of the tracing backend."""
        return self.data / "backend"

    @property
    def logs(self) -> Path:
        """One log for each program."""
        return self.folder / "logs"

    @property
    def ports(self) -> Path:
        """The file with the ports of this machine (`ports.Ports`)."""
        return self.folder / "ports.json"

    @property
    def cgroup(self) -> str:
        """Name of the control group that holds all Pods, at the top of every hierarchy."""
        return f"traced-mesh-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:10]}"

    @property
    def supervisor_pid(self) -> Path:
        """The file that names the process that keeps the node."""
        return self.folder / "supervisor.pid"

    @property
    def node_pid(self) -> Path:
        """The file that names the process whose end is the node's."""
        return self.folder / "node.pid"

    @property
    def held(self) -> Path:
        """The folder with a file for each program that is not to run."""
        return self.folder / "held"

    @property
    def stays(self) -> Path:
        """The file that says that the node outlives the run that has started it."""
        return self.folder / "stays"
