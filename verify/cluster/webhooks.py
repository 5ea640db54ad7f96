"""Istio's webhooks: whether the API server checks them by the mesh's CA, and whether they really answer."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cryptography import x509

from common.plain import list_at
from components.configuration.machinery.certificates import SHORTEST_REST_OF_LIFE, fingerprints, name_of
from verify.causes import Cause
from verify.cluster.api import Answer
from verify.cluster.certificates import short
from verify.cluster.pods import PROXY, containers
from verify.outcomes import Finding, failed, passed, skipped, warned

#: What the API server says when it could not reach a webhook, or did not trust it.
_NOT_REACHED: Final = "failed calling webhook"

#: What it says when a webhook has refused an object.
_DENIED: Final = "denied the request"


def judge_ca_bundle(configuration: Mapping[str, Any], root: str, deployment: str) -> Finding:
    """Return whether the webhooks of one configuration object are checked by the mesh's CA.

    Arguments:
        configuration: a MutatingWebhookConfiguration or ValidatingWebhookConfiguration.
        root: the mesh's root certificates, PEM, as istiod publishes them in ConfigMap `istio-ca-root-cert`.
        deployment: istiod's Deployment, which writes the bundles.
    """
    title = f"webhook {configuration['metadata']['name']} trusts the mesh's CA"
    wanted = set(fingerprints(root))
    for webhook in list_at(configuration, "webhooks"):
        known = _fingerprints_in(webhook["clientConfig"].get("caBundle") or "")
        if not wanted <= known:
            seen = f"{webhook['name']} trusts {short(sorted(known))}, the mesh's CA is {short(sorted(wanted))}"
            return failed(title, Cause.WEBHOOK_CA_STALE, seen, deployment=deployment)
    return passed(title, f"SHA-256 {short(sorted(wanted))}")


def judge_mesh_ca(root: str, now: datetime) -> Finding:
    """Return whether the mesh's root certificates are valid now and for the next 30 days."""
    title = "the mesh's CA is valid"
    for certificate in x509.load_pem_x509_certificates(root.encode()):
        ends = certificate.not_valid_after_utc
        said = f"'{name_of(certificate)}' ends on {ends:%Y-%m-%d}"
        if not certificate.not_valid_before_utc <= now <= ends:
            return failed(title, Cause.MESH_CA_EXPIRES, said)
        if ends - now < SHORTEST_REST_OF_LIFE:
            return warned(title, Cause.MESH_CA_EXPIRES, said)
    return passed(title)


def probe_pod(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a Pod that is only ever asked for in a dry run, and that a restricted namespace takes.

    Arguments:
        labels: the labels that ask for a sidecar.
    """
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "traced-mesh-verify", "labels": {**labels, "sidecar.istio.io/inject": "true"}},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "probe",
                    "image": "registry.k8s.io/pause:3.10",
                    "resources": {
                        "requests": {"cpu": "1m", "memory": "1Mi"},
                        "limits": {"cpu": "1m", "memory": "1Mi"},
                    },
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                }
            ],
        },
    }


def wrong_virtual_service(api_version: str) -> dict[str, Any]:
    """Return a VirtualService without a route, which only Istio's validator refuses."""
    return {
        "apiVersion": api_version,
        "kind": "VirtualService",
        "metadata": {"name": "traced-mesh-verify"},
        "spec": {"hosts": ["verify.invalid"]},
    }


def judge_injection(answer: Answer, namespace: str, deployment: str) -> Finding:
    """Return what the dry run of `probe_pod` in a namespace says of the injector."""
    title = "the injector answers and injects"
    if not answer.accepted:
        if _NOT_REACHED in answer.message:
            return failed(title, Cause.WEBHOOK_SILENT, answer.message, deployment=deployment)
        return skipped(title, f"refused by another rule: {answer.message}", Cause.NOT_TO_BE_SEEN)
    injected = [each["image"] for each in containers(answer.body) if each["name"] == PROXY]
    if not injected:
        return failed(title, Cause.INJECTOR_INJECTS_NOTHING, f"dry run in {namespace}", namespace=namespace)
    return passed(title, f"dry run in {namespace}: a Pod gets {injected[0]}")


def judge_validation(answer: Answer, deployment: str) -> Finding:
    """Return what the dry run of `wrong_virtual_service` says of the validator."""
    title = "the validator answers and refuses what is wrong"
    if answer.accepted:
        return failed(title, Cause.VALIDATOR_ACCEPTS_ANYTHING, "a VirtualService without a route was accepted")
    if _DENIED in answer.message:
        return passed(title, f"dry run: {answer.message}")
    if _NOT_REACHED in answer.message:
        return failed(title, Cause.WEBHOOK_SILENT, answer.message, deployment=deployment)
    return skipped(title, f"refused by another rule: {answer.message}", Cause.NOT_TO_BE_SEEN)


def _fingerprints_in(bundle: str) -> set[str]:
    try:
        return set(fingerprints(base64.b64decode(bundle).decode("ascii")))
    except ValueError:
        return set()
