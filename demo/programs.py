"""The node's programs and their command lines: one readable table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo.backend import configuration_file, zipkin_environment
from demo.identities import key_pair, kubeconfig_file
from demo.layout import (
    API_PORT,
    CLUSTER_DOMAIN,
    ETCD_PORT,
    NODE,
    NODE_ADDRESS,
    SERVICE_RANGE,
    Layout,
)
from demo.zipkin import jar, java
from local.ports import LOOPBACK
from local.toolchain.toolchain import Toolchain

_ETCD = f"http://{LOOPBACK}:{ETCD_PORT}"
_ETCD_PEERS = f"http://{LOOPBACK}:{ETCD_PORT + 1}"


@dataclass(frozen=True)
class NodeProgram:
    """One program that runs on the node for as long as the node does.

    Arguments:
        name: its name, and that of its log.
        command: its command line.
        environment: environment variables on top of the node's own.
    """

    name: str
    command: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def node_programs(layout: Layout, node_ports: range) -> list[NodeProgram]:
    """Return all programs of a node, in the order in which they are started."""
    return [*_cluster(layout, node_ports), *_worker(layout), *_backend(layout)]


def _cluster(layout: Layout, node_ports: range) -> list[NodeProgram]:
    authority, server, accounts = (key_pair(layout, name) for name in ("ca", "kube-apiserver", "service-accounts"))
    to_kubelet = key_pair(layout, "kubelet-client")
    return [
        _program(
            "etcd",
            f"--data-dir={layout.data / 'etcd'}",
            f"--listen-client-urls={_ETCD}",
            f"--advertise-client-urls={_ETCD}",
            f"--listen-peer-urls={_ETCD_PEERS}",
            "--unsafe-no-fsync",  # a sandbox's data need not outlive a power cut
            "--log-level=warn",
        ),
        _program(
            "kube-apiserver",
            f"--etcd-servers={_ETCD}",
            "--bind-address=0.0.0.0",  # of the node's own network, where Pods reach it
            f"--secure-port={API_PORT}",
            f"--advertise-address={NODE_ADDRESS}",
            f"--tls-cert-file={server.certificate}",
            f"--tls-private-key-file={server.key}",
            f"--client-ca-file={authority.certificate}",
            "--authorization-mode=Node,RBAC",
            f"--kubelet-certificate-authority={authority.certificate}",
            f"--kubelet-client-certificate={to_kubelet.certificate}",
            f"--kubelet-client-key={to_kubelet.key}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--service-account-key-file={accounts.key}",
            f"--service-account-signing-key-file={accounts.key}",
            f"--service-account-issuer=https://kubernetes.default.svc.{CLUSTER_DOMAIN}",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            f"--service-node-port-range={node_ports.start}-{node_ports.stop - 1}",
            "--allow-privileged=true",
        ),
        _program(
            "kube-controller-manager",
            f"--kubeconfig={kubeconfig_file(layout, 'kube-controller-manager')}",
            f"--bind-address={LOOPBACK}",
            f"--service-account-private-key-file={accounts.key}",
            f"--root-ca-file={authority.certificate}",
            f"--cluster-signing-cert-file={authority.certificate}",
            f"--cluster-signing-key-file={authority.key}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--authentication-skip-lookup=true",
            f"--flex-volume-plugin-dir={layout.data / 'volume-plugins'}",  # it makes the folder
        ),
        _program(
            "kube-scheduler",
            f"--kubeconfig={kubeconfig_file(layout, 'kube-scheduler')}",
            f"--bind-address={LOOPBACK}",
            "--leader-elect=false",
            "--authentication-skip-lookup=true",
        ),
    ]


def _worker(layout: Layout) -> list[NodeProgram]:
    configuration = layout.configuration
    return [
        NodeProgram("containerd", ("/usr/bin/containerd", "--config", configuration / "containerd.toml")),
        _program(
            "kubelet",
            f"--config={configuration / 'kubelet.yaml'}",
            f"--kubeconfig={kubeconfig_file(layout, 'kubelet')}",
            f"--hostname-override={NODE}",
            f"--node-ip={NODE_ADDRESS}",
            f"--root-dir={layout.data / 'kubelet'}",
            f"--cert-dir={layout.data / 'kubelet' / 'pki'}",
        ),
        _program("kube-proxy", f"--config={configuration / 'kube-proxy.yaml'}"),
    ]


def _backend(layout: Layout) -> list[NodeProgram]:
    return [
        *(_program(name, f"--config={configuration_file(layout, name)}") for name in ("jaeger", "satellite")),
        NodeProgram("zipkin", (java(), "-Xmx256m", "-jar", jar()), zipkin_environment()),
    ]


def _program(name: str, *options: str) -> NodeProgram:
    return NodeProgram(name, (Toolchain().program(name), *options))
