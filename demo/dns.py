"""The cluster's DNS: CoreDNS as `kubeadm` installs it, and the backend's name beside the cluster's own."""

from collections.abc import Mapping
from typing import Any, Final

from demo.images.recipes import COREDNS
from demo.layout import BACKEND_HOST, CLUSTER_DOMAIN, DNS_SERVICE, NODE_ADDRESS

_NAME: Final = "coredns"
_NAMESPACE: Final = "kube-system"
_LABELS: Final = {"k8s-app": "kube-dns"}

#: No other DNS server is asked: the node reaches nothing outside of itself.
_COREFILE: Final = f"""\
.:53 {{
    errors
    health
    ready
    hosts {{
        {NODE_ADDRESS} {BACKEND_HOST}
        fallthrough
    }}
    kubernetes {CLUSTER_DOMAIN} in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }}
    template ANY ANY {{
        rcode NXDOMAIN
    }}
    cache 5
}}
"""


def dns_objects() -> list[Mapping[str, Any]]:
    """Return the objects to apply."""
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": f"system:{_NAME}"}
    subject = {"kind": "ServiceAccount", "name": _NAME, "namespace": _NAMESPACE}
    return [
        _object("v1", "ServiceAccount", _NAME),
        _object("rbac.authorization.k8s.io/v1", "ClusterRole", f"system:{_NAME}", rules=_rules()),
        _object(
            "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", f"system:{_NAME}", roleRef=role, subjects=[subject]
        ),
        _object("v1", "ConfigMap", _NAME, data={"Corefile": _COREFILE}),
        _object("apps/v1", "Deployment", _NAME, spec=_deployment()),
        _object("v1", "Service", "kube-dns", spec=_service()),
    ]


def _object(version: str, kind: str, name: str, **content: Any) -> Mapping[str, Any]:
    metadata = {"name": name, "namespace": _NAMESPACE, "labels": _LABELS}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **content}


def _rules() -> list[Mapping[str, Any]]:
    return [
        {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"], "verbs": ["list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
    ]


def _deployment() -> Mapping[str, Any]:
    container = {
        "name": _NAME,
        "image": COREDNS,
        "args": ["-conf", "/etc/coredns/Corefile"],
        "volumeMounts": [{"name": "configuration", "mountPath": "/etc/coredns"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "170Mi"}},
        "securityContext": {"runAsUser": 0, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}},
    }
    pod = {
        "serviceAccountName": _NAME,
        "dnsPolicy": "Default",
        "containers": [container],
        "volumes": [{"name": "configuration", "configMap": {"name": _NAME}}],
    }
    return {"selector": {"matchLabels": _LABELS}, "template": {"metadata": {"labels": _LABELS}, "spec": pod}}


def _service() -> Mapping[str, Any]:
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]
    return {"clusterIP": DNS_SERVICE, "selector": _LABELS, "ports": ports}
