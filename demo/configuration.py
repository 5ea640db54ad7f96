"""Configuration files of the node's programs, as data."""

import json
from collections.abc import Mapping
from typing import Any, Final

from demo.identities import key_pair, kubeconfig_file
from demo.images.recipes import PAUSE
from demo.layout import (
    CLUSTER_DOMAIN,
    CNI_FOLDER,
    CONTAINERD_SOCKET,
    DNS_SERVICE,
    NODE,
    NODE_ADDRESS,
    POD_RANGE,
    Layout,
)

#: Where Debian puts the CNI plugins, and runc.
CNI_PLUGINS: Final = "/usr/lib/cni"
RUNC: Final = "/usr/sbin/runc"


def containerd(layout: Layout) -> str:
    """Return containerd's configuration (TOML).

    Not so strict with the kernel's out-of-memory score: without CAP_SYS_RESOURCE it can't be lowered, and every Pod
    would fail with "can't get final child's PID from pipe: EOF".
    """
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    return f"""\
version = 2
root = "{layout.data}/containerd"
state = "/run/containerd/state"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing",
]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{layout.data}/opt"
[{cri}]
  sandbox_image = "{PAUSE}"
  disable_tcp_service = true
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [{cri}.containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
  [{cri}.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [{cri}.containerd.runtimes.runc.options]
    SystemdCgroup = false
    BinaryName = "{RUNC}"
  [{cri}.cni]
    bin_dir = "{CNI_FOLDER}/bin"
    conf_dir = "{CNI_FOLDER}/net.d"
"""


def cni(layout: Layout) -> str:
    """Return the Pods' network (JSON): a bridge, on which NetworkPolicies have no effect."""
    addresses = {
        "type": "host-local",
        "dataDir": "/run/cni-addresses",
        "ranges": [[{"subnet": POD_RANGE}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "ipMasq": True,
        "hairpinMode": True,  # a Pod may call its own Service
        "ipam": addresses,
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return json.dumps({"cniVersion": "1.0.0", "name": layout.cgroup, "plugins": [bridge, ports]})


def kubelet(layout: Layout) -> Mapping[str, Any]:
    """Return the kubelet's configuration (https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)."""
    server, authority = key_pair(layout, "kubelet-server"), key_pair(layout, "ca")
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority.certificate)},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(server.certificate),
        "tlsPrivateKeyFile": str(server.key),
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{layout.cgroup}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "oomScoreAdj": 0,  # as for containerd
        "localStorageCapacityIsolation": False,  # can't be told on every file system, and then no kubelet starts
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": CLUSTER_DOMAIN,
        "resolvConf": str(layout.configuration / "resolv.conf"),
        "podLogsDir": str(layout.data / "pod-logs"),
        "volumePluginDir": str(layout.data / "volume-plugins"),
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,  # an image that is gone can't be pulled again
        "imageGCLowThresholdPercent": 99,
        "serializeImagePulls": False,
        "registerWithTaints": [],
        "nodeStatusUpdateFrequency": "5s",
    }


def kube_proxy(layout: Layout) -> Mapping[str, Any]:
    """Return kube-proxy's configuration."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "clusterCIDR": POD_RANGE,
        "hostnameOverride": NODE,
        "bindAddress": NODE_ADDRESS,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "clientConnection": {"kubeconfig": str(kubeconfig_file(layout, "kube-proxy"))},
        # Limits of connection tracking belong to the whole machine, so they stay.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "iptables": {"minSyncPeriod": "0s", "syncPeriod": "30s"},
        "oomScoreAdj": 0,
    }
