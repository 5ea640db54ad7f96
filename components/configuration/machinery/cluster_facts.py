"""Asks an existing cluster's API server what it is and whose Istio it has, before anything is made."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from packaging.version import Version

from components.configuration.machinery.api_server import PATIENCE, ask

#: What every Istio's injector is labelled with, whoever installed it.
_INJECTORS: Final = "app=sidecar-injector"

#: How the API server calls Pulumi's Kubernetes provider, and istiod, among those who wrote fields of an object.
_OURS: Final = "pulumi-"
_ISTIOD: Final = "pilot-discovery"


@dataclass(frozen=True)
class OtherIstio:
    """An Istio in the cluster that Pulumi did not install.

    Arguments:
        injector: name of its MutatingWebhookConfiguration.
        revision: its revision; `default` if it has no other.
        writers: who wrote the injector's fields, as the API server calls them, for example `helm`.
    """

    injector: str
    revision: str
    writers: tuple[str, ...]


@dataclass(frozen=True)
class ClusterFacts:
    """What an API server says of its cluster.

    Arguments:
        version: its Kubernetes version without what a distribution adds to it, for example `1.33.5`; `None` (default)
            if it is not known.
        other_istios: every Istio that Pulumi did not install, as far as known; default none.
    """

    version: Version | None = None
    other_istios: tuple[OtherIstio, ...] = ()


def cluster_facts(kubeconfig: str) -> ClusterFacts:
    """Return what an API server says within 5 seconds.

    What it does not say is not known, as in `api_server.ask`.

    Arguments:
        kubeconfig: a kubeconfig (YAML) with a current context.
    """
    return ask(kubeconfig, _asked) or ClusterFacts()


def _asked(api: Any) -> Iterator[ClusterFacts]:
    """Yield what is known after each answer."""
    client: Any = importlib.import_module("kubernetes.client")
    version = _released(client.VersionApi(api).get_code(_request_timeout=PATIENCE).git_version)
    yield ClusterFacts(version)
    injectors = client.AdmissionregistrationV1Api(api).list_mutating_webhook_configuration(
        label_selector=_INJECTORS, _request_timeout=PATIENCE
    )
    found = [_istio(injector.metadata) for injector in injectors.items]
    yield ClusterFacts(version, tuple(istio for istio in found if _is_others(istio)))


def _istio(injector: Any) -> OtherIstio:
    fields: list[Any] = injector.managed_fields or []
    labels: dict[str, str] = injector.labels or {}
    writers = [str(each.manager) for each in fields]
    return OtherIstio(
        injector=str(injector.name),
        revision=labels.get("istio.io/rev") or "default",
        writers=tuple(dict.fromkeys(writer for writer in writers if writer != _ISTIOD)),
    )


def _is_others(istio: OtherIstio) -> bool:
    return bool(istio.writers) and not any(writer.startswith(_OURS) for writer in istio.writers)


def _released(git_version: str) -> Version:
    """Read `v1.33.5-gke.1080000` as 1.33.5."""
    match = re.match(r"v(\d+\.\d+\.\d+)", git_version, re.ASCII)
    if not match:
        raise ValueError("the API server names no version")
    return Version(match[1])
