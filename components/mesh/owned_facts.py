"""What the objects of Istio's charts must say, whatever values a team gives them and whichever charts it takes.

Each object that the program relies on stands here with its facts, as pure functions on plain data. What is read is the
finished object, so it does not matter by which of a chart's many values somebody has changed it.

Left out on purpose: what a value of the team may change, such as resources, logging or more extension providers.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import yaml

from common.plain import at, list_at, map_at
from components.constants.names import CNI_AGENT, FILES_TEMPLATE, ISTIO_NAMESPACE, injection_label
from components.kubernetes.secret_values import revealed
from components.model.chart_values import DEFAULT_TEMPLATES, PROVIDERS

#: What stands in a message in place of something that may hold the access token.
_NOT_SHOWN: Final = "something else"

#: Where sidecars of older charts would send spans if no provider said otherwise: `global.proxy.tracer` was `zipkin` up
#: to 1.23 (istio.io/istio 1.20.0, manifests/charts/istio-control/istio-discovery/values.yaml). Nothing uses it.
_UNUSED_ZIPKIN: Final = {"zipkin": {"address": f"zipkin.{ISTIO_NAMESPACE}:9411"}}

#: The validator for all Istio resources without a revision label.
DEFAULT_VALIDATOR: Final = "istiod-default-validator"

#: Kinds of resources of which the program itself makes some, so that their CRDs must come with the base chart.
_CRDS: Final = (
    "authorizationpolicies.security.istio.io",
    "destinationrules.networking.istio.io",
    "gateways.networking.istio.io",
    "peerauthentications.security.istio.io",
    "serviceentries.networking.istio.io",
    "telemetries.telemetry.istio.io",
    "virtualservices.networking.istio.io",
)


@dataclass(frozen=True)
class Fact:
    """One thing that an object must say.

    Arguments:
        path: where it stands in what the object's view returns.
        wanted: what must stand there; `None` is for nothing, or nothing but an empty value.
        reason: what it is needed for.
        secret: whether what stands there may hold a credential. Default `False`.
    """

    path: tuple[str, ...]
    wanted: object
    reason: str
    secret: bool = False


@dataclass(frozen=True)
class OwnedObject:
    """An object that a chart must make.

    Arguments:
        kind: its kind.
        name: its name.
        reason: what it is needed for.
        view: returns what the object says as plain data. Default: the object itself.
        facts: what it must say. Default: nothing; it must only be there.
    """

    kind: str
    name: str
    reason: str
    view: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    facts: Sequence[Fact] = ()

    def faults(self, props: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the object, each as a sentence."""
        view = self.view(props)
        for fact in self.facts:
            found = at(view, *fact.path)
            if (found or None) != (fact.wanted or None):
                shown = _NOT_SHOWN if fact.secret else json.dumps(found)
                wanted = "" if fact.secret else f", not {json.dumps(fact.wanted)}"
                yield f"{self.kind} {self.name} would have {shown} at {'.'.join(fact.path)}{wanted}: {fact.reason}"


@dataclass(frozen=True)
class IstiodFacts:
    """What follows from settings for the objects of the istiod chart.

    Arguments:
        version: exact Istio version, the tag of the images.
        hub: registry and path of Istio's images.
        revision: the control plane's revision; `None` is the default one.
        cni: whether Istio's CNI plugin leads Pods' traffic through their sidecars.
        tracing: what `tracing_values` returned.
    """

    version: str
    hub: str
    revision: str | None
    cni: bool
    tracing: Mapping[str, Any]

    @property
    def objects(self) -> list[OwnedObject]:
        """What the istiod chart must make."""
        istiod = self._named("istiod")
        webhook = "rev.namespace" if self.revision else "namespace"
        injects = Fact(
            ("webhooks", f"{webhook}.sidecar-injector.istio.io"),
            wanted=True,
            reason=f"it answers for namespaces with the label {'='.join(*injection_label(self.revision).items())}",
        )
        return [
            OwnedObject("Deployment", istiod, "it is the control plane", _deployment, self._deployment()),
            OwnedObject("Service", istiod, "sidecars and the API server reach istiod by it"),
            OwnedObject("ServiceAccount", istiod, "istiod's rights are given to it"),
            OwnedObject(
                "ConfigMap", self._named("istio"), "it is the mesh configuration", _mesh_config, list(self._mesh())
            ),
            OwnedObject(
                "ConfigMap",
                self._named("istio-sidecar-injector"),
                "sidecars are made by it",
                _injector,
                list(self._injector()),
            ),
            OwnedObject(
                "MutatingWebhookConfiguration",
                self._named("istio-sidecar-injector"),
                "Pods get their sidecars by it",
                _webhooks,
                [injects],
            ),
        ]

    def _named(self, name: str) -> str:
        return f"{name}-{self.revision}" if self.revision else name

    def _deployment(self) -> list[Fact]:
        facts = [
            Fact(("image",), f"{self.hub}/pilot:{self.version}", "istioHub and istioVersion decide istiod's image")
        ]
        sampling = at(self.tracing, "pilot", "traceSampling")
        if sampling is not None:
            facts.append(Fact(("sampling",), float(sampling), "samplingPercentage decides it"))
        return facts

    def _mesh(self) -> Iterator[Fact]:
        yield Fact(("rootNamespace",), ISTIO_NAMESPACE, "the resources for the whole mesh stand there")
        address = f"{self._named('istiod')}.{ISTIO_NAMESPACE}.svc:15012"
        yield Fact(("defaultConfig", "discoveryAddress"), address, "sidecars get their configuration there")
        yield Fact(("configSources",), None, "istiod reads its configuration in the cluster")
        yield Fact(("enableTracing",), wanted=True, reason="samplingPercentage decides how much is traced")
        yield Fact(("defaultProviders", "tracing"), None, "the Telemetry mesh-default names the provider")
        values = revealed(self.tracing)
        yield Fact(("defaultConfig", "tracing"), _native_tracing(values), "backendAddress decides it", secret=True)
        for provider in list_at(values, *PROVIDERS):
            path = ("providers", provider["name"])
            yield Fact(path, [provider], "backendAddress decides it", secret=True)

    def _injector(self) -> Iterator[Fact]:
        yield Fact(("policy",), "enabled", "Pods get sidecars without asking one by one")
        yield Fact(("values", "global", "hub"), self.hub, "istioHub decides the sidecars' image")
        yield Fact(("values", "global", "tag"), self.version, "istioVersion decides the sidecars' image")
        for container in ("proxy", "proxy_init"):
            yield Fact(("image", container), None, "istioHub and istioVersion decide the sidecars' image")
        domain = ("values", "global", "proxy", "clusterDomain")
        yield Fact(domain, "cluster.local", "the Collector and the identities are called by it")
        yield Fact(("values", "global", "remotePilotAddress"), None, "istiod runs in this cluster")
        yield Fact(("cni",), self.cni, "podNetwork decides it")
        for name in list_at(self.tracing, *DEFAULT_TEMPLATES):
            if name == FILES_TEMPLATE:
                template = at(self.tracing, "sidecarInjectorWebhook", "templates", FILES_TEMPLATE)
                yield Fact(("template",), template.strip(), "sidecars get the files for tracing by it")
                yield Fact(("default", FILES_TEMPLATE), wanted=True, reason="each sidecar gets the files for tracing")


def base_objects() -> list[OwnedObject]:
    """Return what the base chart must make."""
    return [
        *(OwnedObject("CustomResourceDefinition", name, "the program makes such resources") for name in _CRDS),
        OwnedObject("ValidatingWebhookConfiguration", DEFAULT_VALIDATOR, "it shows whether istiod answers"),
    ]


def cni_objects(version: str, hub: str) -> list[OwnedObject]:
    """Return what the cni chart must make.

    Arguments:
        version: exact Istio version, the tag of the image.
        hub: registry and path of Istio's images.
    """
    image = Fact(("image",), f"{hub}/install-cni:{version}", "istioHub and istioVersion decide the agent's image")
    return [OwnedObject("DaemonSet", CNI_AGENT, "it leads traffic through the sidecars", _deployment, [image])]


def _native_tracing(values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what the charts write into the mesh configuration in native mode; `None` in the other modes."""
    lightstep = map_at(values, "global", "tracer", "lightstep")
    if not lightstep:
        return None
    told = {key: yaml.safe_load(lightstep[key]) for key in ("address", "accessToken")}
    return {"lightstep": told, **map_at(values, "meshConfig", "defaultConfig", "tracing")}


def _deployment(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return image, without its variant, and sampling of the one container."""
    container = (list_at(props, "spec", "template", "spec", "containers") or [None])[0]
    image = at(container, "image")
    told = {at(each, "name"): at(each, "value") for each in list_at(container, "env")}
    sampling = told.get("PILOT_TRACE_SAMPLING")
    return {
        "image": re.sub(r"-(distroless|debug)$", "", image) if isinstance(image, str) else image,
        "sampling": float(sampling) if isinstance(sampling, str) and sampling else None,
    }


def _mesh_config(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the mesh configuration, with its extension providers by their names."""
    mesh = _yaml(at(props, "data", "mesh"))
    providers: dict[str, list[object]] = {}
    for each in list_at(mesh, "extensionProviders"):
        providers.setdefault(str(at(each, "name")), []).append(each)
    config = dict(map_at(mesh, "defaultConfig"))
    if config.get("tracing") == _UNUSED_ZIPKIN:
        del config["tracing"]
    root = mesh.get("rootNamespace") or ISTIO_NAMESPACE  # istiod's own default
    return {**mesh, "rootNamespace": root, "defaultConfig": config, "providers": providers}


def _injector(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the injector makes sidecars of; of the proxies' images only those that are no mere name."""
    config, values = _yaml(at(props, "data", "config")), _yaml(at(props, "data", "values"))
    images = {each: at(values, "global", each, "image") for each in ("proxy", "proxy_init")}
    cni = at(values, "pilot", "cni", "enabled") or at(values, "istio_cni", "enabled")
    return {
        **config,
        "template": str(at(config, "templates", FILES_TEMPLATE)).strip(),
        "default": dict.fromkeys(list_at(config, "defaultTemplates"), True),
        "values": values,
        "image": {key: image for key, image in images.items() if image != "proxyv2"},
        "cni": bool(cni),
    }


def _webhooks(props: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"webhooks": {at(each, "name"): True for each in list_at(props, "webhooks")}}


def _yaml(text: object) -> dict[str, Any]:
    loaded = yaml.load(text, Loader=yaml.CSafeLoader) if isinstance(text, str) else None
    return cast("dict[str, Any]", loaded) if isinstance(loaded, dict) else {}
