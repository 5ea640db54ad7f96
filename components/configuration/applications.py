"""What runs in the mesh: the namespaces of applications, and the sample."""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import Steps, put, remove
from components.configuration.machinery.types import Allowed, Switch, dns_label, from_text, json_list
from components.configuration.tracing import EXAMPLE_TAIL_SAMPLING, TracingSettings, to_opentelemetry
from components.constants.choices import TracingMode
from components.constants.names import (
    COLLECTOR_NAMESPACE,
    GATEWAY_NAMESPACE,
    OTLP_CONFIG_MAP,
    RESERVED_NAMESPACES,
)
from components.model.spans import SamplingOverride

_LABEL: Final = dns_label(63)
_NAMESPACE: Final = f"a namespace name: {_LABEL.words}; not kube-* or one of {', '.join(RESERVED_NAMESPACES)}"


def is_free_namespace(name: str) -> bool:
    """Tell whether a namespace belongs neither to Kubernetes nor to this program."""
    return name not in RESERVED_NAMESPACES and not name.startswith("kube-")


def _namespace(text: str) -> str:
    if not _LABEL.allows(text):
        raise ValueError
    if not is_free_namespace(text):
        raise ValueError("the namespace belongs to Kubernetes or to this program")
    return text


def _all_different(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"listed more than once: {', '.join(twice)}")
    return names


NamespaceName: TypeAlias = Annotated[str, Allowed(_NAMESPACE, check=_namespace)]
NamespaceNames: TypeAlias = Annotated[
    tuple[NamespaceName, ...],
    from_text(json_list, f"a list, each {_NAMESPACE}; none twice"),
    AfterValidator(_all_different),
]


class ApplicationSettings(TracingSettings):
    """Who uses the mesh."""

    subject = "Applications"

    injected_namespaces: NamespaceNames = key(
        "Namespaces made for applications, whose Pods get sidecars. Bookinfo's own need not be listed.",
        '["shop"]',
        default=(),
    )
    otlp_config_map: Switch = key(
        f"Whether each of injectedNamespaces gets a ConfigMap {OTLP_CONFIG_MAP} with the environment variables by "
        "which OpenTelemetry's SDKs send applications' own spans to the Collector (envFrom in a Deployment).",
        "true",
        allowed="{type}; true only with injectedNamespaces, and where tracingMode is opentelemetry",
        default=False,
    )
    bookinfo: Switch = key("Whether Istio's sample application is installed.", "true", default=True)
    bookinfo_namespace: NamespaceName = key(
        "Namespace of the sample application; it is made, and gets sidecars.", "bookinfo", default="bookinfo"
    )


def _bookinfo_is_made_once(settings: ApplicationSettings, _: ReadingContext) -> Faults:
    if settings.bookinfo and settings.bookinfo_namespace in settings.injected_namespaces:
        others = [name for name in settings.injected_namespaces if name != settings.bookinfo_namespace]
        yield Fault(
            "injected_namespaces",
            f"bookinfoNamespace is {settings.bookinfo_namespace} too, and one namespace is made once",
            fixes=(put("injected_namespaces", json.dumps(others)),),
        )


def _overrides_are_for_sidecars(settings: ApplicationSettings, _: ReadingContext) -> Faults:
    names = _without_sidecars(settings, (override.namespace for override in settings.sampling_overrides))
    if names:
        rest = [override for override in settings.sampling_overrides if override.namespace not in names]
        leave_out = put("sampling_overrides", _as_json(rest)) if rest else remove("sampling_overrides")
        yield _of_others("sampling_overrides", settings, names, leave_out)


def _tail_sampling_is_for_sidecars(settings: ApplicationSettings, _: ReadingContext) -> Faults:
    names = _without_sidecars(settings, settings.tail_sampling.namespaces if settings.tail_sampling else ())
    if names:
        yield _of_others("tail_sampling", settings, names, put("tail_sampling", EXAMPLE_TAIL_SAMPLING))


def _without_sidecars(settings: ApplicationSettings, names: Iterable[str]) -> list[str]:
    """Return those of the namespaces, each once, whose Pods get no sidecars."""
    application = (settings.bookinfo_namespace,) if settings.bookinfo else ()
    return [name for name in dict.fromkeys(names) if name not in {*application, *settings.injected_namespaces}]


def _of_others(key_name: str, settings: ApplicationSettings, names: Sequence[str], leave_out: Steps) -> Fault:
    inject = put("injected_namespaces", json.dumps([*settings.injected_namespaces, *names]))
    free = all(is_free_namespace(name) for name in names)
    return Fault(
        key_name,
        f"this program gives no sidecars to Pods in: {', '.join(names)}",
        fixes=(inject, leave_out) if free else (leave_out,),
    )


def _config_map_has_a_use(settings: ApplicationSettings, _: ReadingContext) -> Faults:
    if not settings.otlp_config_map:
        return
    leave_out = remove("otlp_config_map")
    if settings.tracing_mode is not TracingMode.OPENTELEMETRY:
        yield Fault(
            "otlp_config_map",
            f"tracingMode {settings.tracing_mode} has no Collector that applications could send spans to",
            fixes=(leave_out, to_opentelemetry(settings)),
        )
    elif not settings.injected_namespaces:
        yield Fault(
            "otlp_config_map",
            "injectedNamespaces is empty, so there is no namespace of applications to put it in",
            fixes=(put("injected_namespaces", json.dumps(["shop"])), leave_out),
        )


def _as_json(overrides: Sequence[SamplingOverride]) -> str:
    """Return overrides as they stand in configuration."""
    entries = [
        {"namespace": override.namespace, "percentage": float(override.percentage)}
        | ({"workload": override.workload} if override.workload else {})
        for override in overrides
    ]
    return json.dumps(entries)


def _namespaces_are_the_stacks(settings: ApplicationSettings, _: ReadingContext) -> Faults:
    application = [settings.bookinfo_namespace] if settings.bookinfo else []
    ours = [*application, *settings.injected_namespaces, GATEWAY_NAMESPACE, COLLECTOR_NAMESPACE]
    for namespace, asked in settings.namespace_revisions.items():
        if namespace not in ours:
            inject = put("injected_namespaces", json.dumps([*settings.injected_namespaces, namespace]))
            leave_out = remove("namespace_revisions", f".{namespace}")
            yield Fault(
                "namespace_revisions",
                "this program gives no sidecars to Pods there",
                fixes=(inject, leave_out) if is_free_namespace(namespace) else (leave_out,),
                given=asked,
                allowed=f"one of this stack's namespaces: {', '.join(ours)}",
                path=f".{namespace}",
            )


APPLICATION_CONSTRAINTS: Final[Sequence[Constraint[ApplicationSettings]]] = (
    Constraint(
        ("bookinfo", "bookinfo_namespace", "injected_namespaces", "namespace_revisions"), _namespaces_are_the_stacks
    ),
    Constraint(("bookinfo", "bookinfo_namespace", "injected_namespaces"), _bookinfo_is_made_once),
    Constraint(
        ("bookinfo", "bookinfo_namespace", "injected_namespaces", "sampling_overrides"), _overrides_are_for_sidecars
    ),
    Constraint(
        ("bookinfo", "bookinfo_namespace", "injected_namespaces", "tail_sampling"), _tail_sampling_is_for_sidecars
    ),
    Constraint(("istio_version", "tracing_mode", "injected_namespaces", "otlp_config_map"), _config_map_has_a_use),
)
