"""The rules between configuration keys: what is required when, and what contradicts what."""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from components.configuration.backend_rules import BACKEND_RULES
from components.configuration.errors import put, remove
from components.configuration.gateway_rules import GATEWAY_RULES
from components.configuration.gke_keys import GkeSettings
from components.configuration.gke_network_keys import GkeNetworkSettings
from components.configuration.gke_rules import GKE_RULES
from components.configuration.key import Surroundings
from components.configuration.kubeconfig import Kubeconfig
from components.configuration.parsing import Check, Finding, Findings, Rule, keys
from components.configuration.tracing_rules import TRACING_RULES
from components.configuration.version_rules import VERSION_RULES
from components.constants.choices import ClusterKind
from components.model.chart_values import OWNED_BASE_VALUES, OWNED_ISTIOD_VALUES, owned_paths

if TYPE_CHECKING:
    from components.configuration.settings import Settings  # which imports this module


#: Field that only one kind of cluster uses -> its key and that kind.
ONLY_FOR: Final[Mapping[str, tuple[str, ClusterKind]]] = {
    "kubeconfig": ("kubeconfig", ClusterKind.EXISTING),
    "kube_context": ("kubeContext", ClusterKind.EXISTING),
    **{
        known.name: (key, ClusterKind.GKE)
        for part in (GkeSettings, GkeNetworkSettings)
        for key, known in keys(part).items()
    },
}


def _used_by_this_kind(field: str) -> "Check[Settings]":
    key, kind = ONLY_FOR[field]

    def check(settings: "Settings", _: Surroundings) -> Findings:
        if field in settings.model_fields_set and settings.cluster_kind is not kind:
            reason = f"only clusterKind {kind} uses it, and this stack's is {settings.cluster_kind}"
            yield Finding(field, reason, mend=(remove(key), put("clusterKind", kind)))

    return check


def _existing_has_a_kubeconfig(settings: "Settings", _: Surroundings) -> Findings:
    if settings.cluster_kind is ClusterKind.EXISTING and settings.kubeconfig is None:
        yield Finding("kubeconfig", "an existing cluster needs a kubeconfig")


def _context_is_usable(settings: "Settings", _: Surroundings) -> Findings:
    if settings.kubeconfig is None:
        return
    context = settings.kube_context or settings.kubeconfig.current_context
    fault = _fault_of(settings.kubeconfig, context)
    if fault:
        complete = [name for name in sorted(settings.kubeconfig.contexts) if not _fault_of(settings.kubeconfig, name)]
        mend = put("kubeContext", complete[0]) if complete else put("kubeconfig", "~/.kube/config")
        yield Finding("kube_context", fault, mend=(mend,))


def _fault_of(kubeconfig: Kubeconfig, context: str | None) -> str:
    """Return why a context can't be used; empty if it can."""
    if context is None:
        return "the kubeconfig has no current context"
    try:
        kubeconfig.only(context)
    except ValueError as error:
        return str(error)
    return ""


def _folder_holds_this_version(settings: "Settings", _: Surroundings) -> Findings:
    versions = settings.istio_charts.folder_versions
    wanted = str(settings.istio_version)
    other = [f"{chart}/Chart.yaml is of version {version}" for chart, version in versions.items() if version != wanted]
    if other:
        official = put("istioCharts", "oci://ghcr.io/istio/release/charts")
        agreed = set(versions.values())
        yield Finding(
            "istio_charts",
            f"{' and '.join(other)}, and istioVersion is {wanted}",
            mend=(put("istioVersion", agreed.pop()), official) if len(agreed) == 1 else (official,),
        )


def _base_values_are_free(settings: "Settings", _: Surroundings) -> Findings:
    return _owned("base_values", "baseValues", settings.base_values, OWNED_BASE_VALUES)


def _istiod_values_are_free(settings: "Settings", _: Surroundings) -> Findings:
    return _owned("istiod_values", "istiodValues", settings.istiod_values, OWNED_ISTIOD_VALUES)


def _owned(field: str, key: str, values: Mapping[str, Any], owned: Mapping[str, str]) -> Findings:
    for path, instead in owned_paths(values, owned).items():
        rest, value = _without(values, path)
        yield Finding(
            field,
            f"{instead} decides this value",
            # `rm --path` reaches into YAML only, and does nothing where the object was stored as JSON text
            mend=(remove(key, f".{path}"), put(key, json.dumps(rest))),
            given=json.dumps(value),
            allowed=f"nothing here; set {instead} instead",
            path=f".{path}",
        )


def _without(values: Mapping[str, Any], path: str) -> tuple[dict[str, Any], object]:
    """Return `values` without what stands at `path` (such as `a.b[0].c`), and what stood there."""
    rest: dict[str, Any] = deepcopy(dict(values))
    *parents, last = (int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path))
    holder: Any = rest
    for part in parents:
        holder = holder[part]
    return rest, holder.pop(last)


def _bookinfo_is_made_once(settings: "Settings", _: Surroundings) -> Findings:
    if settings.bookinfo and settings.bookinfo_namespace in settings.injected_namespaces:
        others = [name for name in settings.injected_namespaces if name != settings.bookinfo_namespace]
        yield Finding(
            "injected_namespaces",
            f"bookinfoNamespace is {settings.bookinfo_namespace} too, and one namespace is made once",
            mend=(put("injectedNamespaces", json.dumps(others)),),
        )


RULES: Final[Sequence[Rule["Settings"]]] = (
    *(Rule(("cluster_kind", field), _used_by_this_kind(field)) for field in ONLY_FOR),
    Rule(("cluster_kind", "kubeconfig"), _existing_has_a_kubeconfig),
    Rule(("kubeconfig", "kube_context"), _context_is_usable),
    Rule(("istio_charts", "istio_version"), _folder_holds_this_version),
    Rule(("base_values",), _base_values_are_free),
    Rule(("istiod_values",), _istiod_values_are_free),
    Rule(("bookinfo", "bookinfo_namespace", "injected_namespaces"), _bookinfo_is_made_once),
    *GATEWAY_RULES,
    *GKE_RULES,
    *VERSION_RULES,
    *TRACING_RULES,
    *BACKEND_RULES,
)
