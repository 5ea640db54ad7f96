"""Answers as the APIs of Tempo, Zipkin and Lightstep document them, of made-up spans."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.support.served import Asked, Reply, as_json
from tests.verify.genuine_jaeger import as_otlp
from verify.traces.model import Kind, Span

Spans = Sequence[Span]


def tempo(traces: Mapping[str, Spans]) -> Callable[[Asked], Reply]:
    """Answer as Tempo >= 2.7 does (https://grafana.com/docs/tempo/latest/api_docs/)."""

    def answer(asked: Asked) -> Reply:
        if asked.path == "/api/v2/search/tags":
            return as_json({"scopes": [{"name": "resource", "tags": ["service.name"]}]})
        if asked.path == "/api/search":
            found = [{"traceID": trace_id.lstrip("0"), "rootServiceName": "x"} for trace_id in traces]
            return as_json({"traces": found, "metrics": {"inspectedTraces": len(found)}})
        spans = traces.get(asked.path.removeprefix("/api/v2/traces/"))
        return as_json({"trace": {"resourceSpans": as_otlp(spans)}, "metrics": {}}) if spans else Reply(404)

    return answer


def old_tempo(traces: Mapping[str, Spans]) -> Callable[[Asked], Reply]:
    """Answer as older Tempos do: another name for the list, kinds by name, ids in base64."""

    def answer(asked: Asked) -> Reply:
        spans = traces.get(asked.path.removeprefix("/api/traces/"))
        if not spans:
            return Reply(404)
        batches = as_otlp(spans)
        for batch in batches:
            (span,) = batch["scopeSpans"][0]["spans"]
            for name in ("traceId", "spanId", "parentSpanId"):
                if name in span:
                    span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
            span["kind"] = {1: "SPAN_KIND_INTERNAL", 2: "SPAN_KIND_SERVER", 3: "SPAN_KIND_CLIENT"}[span["kind"]]
        return as_json({"batches": batches})

    return answer


def zipkin(traces: Mapping[str, Spans]) -> Callable[[Asked], Reply]:
    """Answer as Zipkin does (https://zipkin.io/zipkin-api/)."""

    def shown(span: Span) -> dict[str, Any]:
        return {
            "traceId": span.trace_id,
            "id": span.span_id,
            **({"parentId": span.parent_id} if span.parent_id else {}),
            **({"kind": span.kind.name} if span.kind is not Kind.OTHER else {}),
            "name": span.operation.lower(),
            "timestamp": span.start,
            "duration": span.duration,
            "localEndpoint": {"serviceName": span.service.lower(), "ipv4": "10.0.0.1"},
            "tags": {**span.tags, **({"error": "true"} if span.failed else {})},
        }

    def answer(asked: Asked) -> Reply:
        if asked.path == "/api/v2/services":
            return as_json(["productpage.bookinfo"])
        if asked.path == "/api/v2/traces":
            return as_json([[shown(span) for span in spans] for spans in traces.values()])
        spans = traces.get(asked.path.removeprefix("/api/v2/trace/"))
        return as_json([shown(span) for span in spans]) if spans else Reply(404, "not found")

    return answer


def lightstep(traces: Mapping[str, Spans]) -> Callable[[Asked], Reply]:
    """Answer as Lightstep's public API does (https://api-docs.lightstep.com), below the project's address."""
    by_span = {span.span_id: (trace_id, spans) for trace_id, spans in traces.items() for span in spans}

    def stored(trace_id: str, spans: Spans) -> dict[str, Any]:
        return {
            "type": "stored-traces",
            "id": trace_id[-16:],
            "attributes": {
                "spans": [
                    {
                        "span-id": span.span_id.lstrip("0"),
                        "trace-id": trace_id[-16:],
                        "span-name": span.operation,
                        "is-error": span.failed,
                        "start-time-micros": span.start,
                        "end-time-micros": span.end,
                        "reporter-id": f"reporter-{span.service}",
                        "tags": {
                            **span.tags,
                            "span.kind": span.kind.value,
                            **({"parent_span_guid": span.parent_id.lstrip("0")} if span.parent_id else {}),
                        },
                    }
                    for span in spans
                ]
            },
            "relationships": {
                "reporters": [
                    {"reporter-id": f"reporter-{service}", "attributes": {"lightstep.component_name": service}}
                    for service in sorted({span.service for span in spans})
                ]
            },
        }

    def exemplars() -> list[dict[str, Any]]:
        return [
            {"span_guid": spans[0].span_id, "trace_guid": trace_id[-16:], "span_name": spans[0].operation}
            for trace_id, spans in traces.items()
        ]

    def answer(asked: Asked) -> Reply:
        if asked.path == "/streams":
            return as_json({"data": [{"type": "stream", "id": "gateway", "attributes": {"name": "gateway"}}]})
        if asked.path == "/streams/gateway/timeseries":
            return as_json({"data": {"type": "timeseries", "attributes": {"exemplars": exemplars()}}})
        found = by_span.get(asked.parameters.get("span-id", ""))
        return as_json({"data": [stored(*found)]}) if found else Reply(404)

    return answer
