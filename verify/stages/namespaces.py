"""The namespaces exist and ask for the sidecars of the stack's control plane."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from common.plain import map_at
from verify.causes import Cause
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import Finding, failed, passed
from verify.stage import Stage

#: Labels that have a say in injection.
_LABELS: Final = ("istio-injection", "istio.io/rev")


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read the namespaces."""
    progress("reading the namespaces")
    expected = context.expected
    return [
        judge_namespace(name, context.kubernetes.find(f"/api/v1/namespaces/{name}"), expected)
        for name in expected.namespaces
    ]


STAGE: Final = Stage("namespaces", "namespaces", 12, check)


def judge_namespace(name: str, namespace: Mapping[str, Any] | None, expected: Expected) -> Finding:
    """Return whether a namespace exists and asks for the sidecars of its control plane."""
    title = f"namespace {name} asks for sidecars"
    if namespace is None:
        return failed(title, Cause.NAMESPACE_MISSING, f"no namespace {name}")
    labels = map_at(namespace, "metadata", "labels")
    given = {label: labels[label] for label in _LABELS if label in labels}
    ((label, value),) = expected.injection_label(name).items()
    shown = ", ".join(f"{each}={it}" for each, it in given.items())
    if given.get(label) == value and (label == _LABELS[0] or _LABELS[0] not in given):
        own = expected.of(name)
        return passed(title, f"{shown}: revision {own.istio_revision}, Istio {own.istio_version}")
    if given:
        return failed(title, Cause.INJECTION_LABEL_OTHER, f"it has {shown}, not {label}={value}", namespace=name)
    return failed(title, Cause.INJECTION_LABEL_MISSING, f"it has no label {label}={value}")
