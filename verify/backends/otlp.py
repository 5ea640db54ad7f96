"""Spans in OTLP's JSON, as Tempo answers and as the protocol has it (https://opentelemetry.io/docs/specs/otlp/)."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from common.plain import at
from verify.backends.shapes import rows, texts
from verify.traces.model import Kind, Span, hexadecimal

#: The protocol's numbers and names of the two kinds that matter.
_KINDS: Final = {
    2: Kind.SERVER,
    "SPAN_KIND_SERVER": Kind.SERVER,
    3: Kind.CLIENT,
    "SPAN_KIND_CLIENT": Kind.CLIENT,
}
_ERRORS: Final = (2, "STATUS_CODE_ERROR")


def spans(resource_spans: Iterable[Mapping[str, Any]]) -> Iterator[Span]:
    """Yield the spans of `resourceSpans`."""
    for resource in resource_spans:
        attributes = _attributes(at(resource, "resource", "attributes"))
        for scope in rows(resource.get("scopeSpans") or resource.get("instrumentationLibrarySpans")):
            for span in rows(scope.get("spans")):
                yield _span(span, attributes)


def _span(span: Mapping[str, Any], resource: dict[str, str]) -> Span:
    start, end = int(span.get("startTimeUnixNano", 0)), int(span.get("endTimeUnixNano", 0))
    parent = span.get("parentSpanId")
    return Span(
        trace_id=_identifier(span["traceId"], 32),
        span_id=_identifier(span["spanId"], 16),
        parent_id=_identifier(parent, 16) if parent else None,
        kind=_KINDS.get(span.get("kind", 0), Kind.OTHER),
        service=resource.get("service.name", ""),
        operation=span.get("name", ""),
        start=start // 1000,
        duration=max(0, end - start) // 1000,
        tags={**resource, **_attributes(span.get("attributes"))},
        failed=at(span, "status", "code") in _ERRORS,
    )


def _attributes(attributes: Any) -> dict[str, str]:
    """Return attributes as text; of `{"stringValue": "x"}` and the like the only value counts."""
    return {each["key"]: next(iter(texts(each.get("value")).values()), "") for each in rows(attributes)}


def _identifier(text: str, digits: int) -> str:
    """Return an id that is given in hexadecimal, as OTLP has it, or in base64, as some of Tempo's versions do."""
    if len(text) <= digits and all(character in "0123456789abcdefABCDEF" for character in text):
        return hexadecimal(text, digits)
    try:
        return hexadecimal(base64.b64decode(text, validate=True).hex(), digits)
    except ValueError:
        return text.lower()
