"""Who is who in the node's cluster: keys and kubeconfigs for every program, and one for people."""

import base64
from pathlib import Path
from typing import Any, Final

import yaml

from demo.layout import API_PORT, API_SERVICE, CLUSTER_DOMAIN, NODE, NODE_ADDRESS, Layout
from local.certificates import KeyPair, new_authority, new_key
from local.ports import LOOPBACK

_ADMINISTRATORS: Final = "system:masters"

#: Clients of the API server: name of their files -> user and group
#: (https://kubernetes.io/docs/setup/best-practices/certificates/).
_CLIENTS: Final = {
    "admin": ("sandbox-admin", _ADMINISTRATORS),
    "kube-controller-manager": ("system:kube-controller-manager", None),
    "kube-scheduler": ("system:kube-scheduler", None),
    "kube-proxy": ("system:kube-proxy", None),
    "kubelet": (f"system:node:{NODE}", "system:nodes"),
}

#: Names under which Pods reach the API server.
_API_NAMES: Final = tuple(
    ".".join(("kubernetes", "default", "svc", *CLUSTER_DOMAIN.split("."))[:length]) for length in (1, 2, 3, 5)
)


def key_pair(layout: Layout, name: str) -> KeyPair:
    """Return where the certificate and key of that name are."""
    return KeyPair(layout.keys / f"{name}.crt", layout.keys / f"{name}.key")


def kubeconfig_file(layout: Layout, name: str) -> Path:
    """Return where the kubeconfig of a client in the node is."""
    return layout.keys / f"{name}.kubeconfig"


def write_identities(layout: Layout, kubeconfig: Path, api_port: int) -> None:
    """Write all keys, certificates and kubeconfigs of a new cluster.

    Arguments:
        layout: the node's files.
        kubeconfig: the kubeconfig for people to write; its certificates are in it.
        api_port: port of the loopback address by which this machine reaches the API server.
    """
    layout.keys.mkdir(parents=True, mode=0o700)
    authority = new_authority(key_pair(layout, "ca"), "sandbox-cluster")
    authority.server(
        key_pair(layout, "kube-apiserver"), "localhost", [*_API_NAMES, LOOPBACK, API_SERVICE, NODE_ADDRESS]
    )
    authority.server(key_pair(layout, "kubelet-server"), NODE, [NODE_ADDRESS])
    authority.client(key_pair(layout, "kubelet-client"), "kube-apiserver", _ADMINISTRATORS)
    new_key(key_pair(layout, "service-accounts").key)
    for name, (user, group) in _CLIENTS.items():
        authority.client(key_pair(layout, name), user, group)
        document = _kubeconfig(layout, name, API_PORT)
        _write_secret(kubeconfig_file(layout, name), yaml.safe_dump(document))
    _write_secret(kubeconfig, yaml.safe_dump(_kubeconfig(layout, "admin", api_port)))


def _kubeconfig(layout: Layout, name: str, port: int) -> dict[str, Any]:
    pair, authority = key_pair(layout, name), key_pair(layout, "ca")
    cluster = {"server": f"https://{LOOPBACK}:{port}", "certificate-authority-data": _embedded(authority.certificate)}
    user = {"client-certificate-data": _embedded(pair.certificate), "client-key-data": _embedded(pair.key)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": name}}],
        "current-context": "sandbox",
    }


def _embedded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


def _write_secret(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
