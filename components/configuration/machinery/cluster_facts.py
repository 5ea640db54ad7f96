"""Asks an existing cluster's API server what it is and whose Istio it has, before anything is made."""

import importlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from packaging.version import Version

from common.images import release_of
from common.plain import at
from components.configuration.machinery.api_server import PATIENCE, ask
from components.constants.names import DEFAULT_REVISION, ISTIO_NAMESPACE

#: What every Istio's injector is labelled with, whoever installed it.
_INJECTORS: Final = "app=sidecar-injector"

#: What every istiod is labelled with, and every Pod with a sidecar or gateway of Istio's.
_ISTIODS: Final = "app=istiod"
_INJECTED: Final = "service.istio.io/canonical-name"

#: Label of an injector, and annotation of the Pods with its sidecars: the revision. A tag's injector has one more.
_REVISION: Final = "istio.io/rev"
_TAG: Final = "istio.io/tag"

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
class OwnIstio:
    """A control plane in the cluster that Pulumi installed.

    Arguments:
        revision: its revision; `default` if it has no other.
        version: the release in its image's tag; empty without one.
        pods: namespace -> how many running Pods there have their sidecars from it.
    """

    revision: str
    version: str
    pods: Mapping[str, int]


@dataclass(frozen=True)
class ClusterFacts:
    """What an API server says of its cluster.

    Arguments:
        version: its Kubernetes version without what a distribution adds to it, for example `1.33.5`; `None` (default)
            if it is not known.
        other_istios: every Istio that Pulumi did not install, as far as known; default none.
        own_istios: every Istio that Pulumi installed, as far as known; default none.
        api_groups: the API groups that it serves; `None` (default) if they are not known.
    """

    version: Version | None = None
    other_istios: tuple[OtherIstio, ...] = ()
    own_istios: tuple[OwnIstio, ...] = ()
    api_groups: frozenset[str] | None = None


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
    found = [_istio(injector.metadata) for injector in injectors.items if _TAG not in (injector.metadata.labels or {})]
    others = tuple(istio for istio in found if _is_others(istio))
    yield ClusterFacts(version, others)
    own = _own_istios(client, api)
    yield ClusterFacts(version, others, own)
    groups = client.ApisApi(api).get_api_versions(_request_timeout=PATIENCE).groups
    yield ClusterFacts(version, others, own, frozenset(str(each.name) for each in groups))


def _own_istios(client: Any, api: Any) -> tuple[OwnIstio, ...]:
    istiods: list[Any] = (
        client.AppsV1Api(api)
        .list_namespaced_deployment(ISTIO_NAMESPACE, label_selector=_ISTIODS, _request_timeout=PATIENCE)
        .items
    )
    own = [it for it in istiods if any(writer.startswith(_OURS) for writer in _writers(it.metadata))]
    pods: Mapping[str, Mapping[str, int]] = _pods_by_revision(api) if own else {}
    return tuple(OwnIstio(each, version, pods.get(each, {})) for each, version in map(_revision_and_version, own))


def _revision_and_version(istiod: Any) -> tuple[str, str]:
    return _revision_of(istiod.metadata), release_of(str(istiod.spec.template.spec.containers[0].image))


def _pods_by_revision(api: Any) -> Mapping[str, Counter[str]]:
    """Return revision -> namespace -> number of running Pods, of which only the metadata is asked for."""
    request = api.param_serialize(
        "GET",
        "/api/v1/pods",
        query_params=[
            ("labelSelector", _INJECTED),
            ("fieldSelector", "status.phase=Running"),
            ("resourceVersion", "0"),
        ],
        header_params={"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"},
        auth_settings=["BearerToken"],
    )
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pod in json.loads(api.call_api(*request, _request_timeout=PATIENCE).read())["items"]:
        revision = at(pod, "metadata", "annotations", _REVISION)
        if isinstance(revision, str):
            found[revision][str(at(pod, "metadata", "namespace"))] += 1
    return found


def _istio(injector: Any) -> OtherIstio:
    return OtherIstio(
        injector=str(injector.name),
        revision=_revision_of(injector),
        writers=tuple(dict.fromkeys(writer for writer in _writers(injector) if writer != _ISTIOD)),
    )


def _revision_of(metadata: Any) -> str:
    labels: dict[str, str] = metadata.labels or {}
    return labels.get(_REVISION) or DEFAULT_REVISION


def _writers(metadata: Any) -> list[str]:
    fields: list[Any] = metadata.managed_fields or []
    return [str(each.manager) for each in fields]


def _is_others(istio: OtherIstio) -> bool:
    return bool(istio.writers) and not any(writer.startswith(_OURS) for writer in istio.writers)


def _released(git_version: str) -> Version:
    """Read `v1.33.5-gke.1080000` as 1.33.5."""
    match = re.match(r"v(\d+\.\d+\.\d+)", git_version, re.ASCII)
    if not match:
        raise ValueError("the API server names no version")
    return Version(match[1])
