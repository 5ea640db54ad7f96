"""Asks an existing cluster's API server what it is and whose Istio it has, before anything is made."""

import importlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any, Final

from packaging.version import Version

from common.kubernetes_api import api_client

#: Seconds for all questions, the kubeconfig's credential plugin included.
_PATIENCE: Final = 5

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

    What it does not say is not known, whatever the reason: Pulumi's own provider connects soon after and explains what
    is wrong.

    Arguments:
        kubeconfig: a kubeconfig (YAML) with a current context.
    """
    answers = [ClusterFacts()]

    def ask() -> None:
        with suppress(Exception):  # whatever it is, the answer is that nothing more is known
            answers.extend(_asked(kubeconfig))

    # A thread, because no timeout of the client covers looking up a name or a credential plugin that waits for someone.
    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return answers[-1]


def _asked(kubeconfig: str) -> Iterator[ClusterFacts]:
    """Yield what is known after each answer."""
    api = api_client(kubeconfig)
    client: Any = importlib.import_module("kubernetes.client")
    version = _released(client.VersionApi(api).get_code(_request_timeout=_PATIENCE).git_version)
    yield ClusterFacts(version)
    injectors = client.AdmissionregistrationV1Api(api).list_mutating_webhook_configuration(
        label_selector=_INJECTORS, _request_timeout=_PATIENCE
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
