"""What Istio's own kinds take away when somebody else adds them: pure judgement of one object each."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, cast

from common.plain import at, list_at, map_at, texts_in
from components.constants.names import ISTIO_NAMESPACE, MESH_DEFAULT, PROVIDER_NAMES
from verify.causes import Cause
from verify.cluster.addition import Loss, Object, Scene, covers, full_host, namespace_of, numbered, selector_of
from verify.cluster.pods import matches

#: The headers that carry a trace from call to call.
_TRACE_HEADERS: Final = frozenset({"traceparent", "tracestate", "x-request-id", "b3", "x-ot-span-context"})


def sidecar(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find a Sidecar that hides the host to which spans go: a proxy knows only the hosts that it names."""
    egress = numbered(added, "spec", "egress")
    if not egress or not scene.traced(added, selector_of(added)):
        return
    hosts = [str(host) for _, listener in egress for host in list_at(listener, "hosts")]
    for host in scene.span_hosts[:1]:
        if not any(_shows(each, namespace_of(added), scene, host) for each in hosts):
            seen = f"{', '.join(hosts) or 'nothing'} does not include {scene.expected.collector_namespace}/{host}"
            yield Loss(Cause.SIDECAR_HIDES_COLLECTOR, "spec.egress[].hosts", f"{seen}, where spans are sent")


def _shows(entry: str, namespace: str, scene: Scene, host: str) -> bool:
    where, _, name = entry.rpartition("/")
    collector = scene.expected.collector_namespace
    # Of satellites the namespace is not known: whoever added their ServiceEntry chose it.
    there = where == "*" or collector in {None, namespace if where == "." else where}
    return where != "~" and there and covers(name, host)


def authorization_policy(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find what refuses requests: nothing behind the Pod that refuses one has a span of it."""
    pods = [*scene.traced(added, selector_of(added)), *_collectors(added, scene)]
    if not pods:
        return
    action, rules = str(at(added, "spec", "action") or "ALLOW"), numbered(added, "spec", "rules")
    if action == "CUSTOM":
        why = "another service decides on each request"
        yield Loss(Cause.AUTHORIZATION_REFUSES, "spec.action", why, certain=False)
    elif action == "DENY":
        for field, rule in rules:
            every = not map_at(rule)
            why = "every request is refused" if every else "requests that it matches are refused"
            yield Loss(Cause.AUTHORIZATION_REFUSES, field, why, certain=every)
    elif action == "ALLOW" and not all(_allowed_otherwise(pod, added, scene) for pod in pods):
        if not rules:
            yield Loss(Cause.AUTHORIZATION_REFUSES, "spec", "it allows nothing, so every request is refused")
        elif all(map_at(rule) for _, rule in rules):
            why = "requests that no rule names are refused"
            yield Loss(Cause.AUTHORIZATION_REFUSES, "spec.rules", why, certain=False)


def _collectors(added: Object, scene: Scene) -> list[Any]:
    """Return the Collector's Pods, if a policy chooses them: it takes all spans."""
    namespace, ours = namespace_of(added), scene.expected.collector_namespace
    if ours is None or namespace not in {ours, ISTIO_NAMESPACE}:
        return []
    return [pod for pod in scene.pods.get(ours, ()) if matches(pod, selector_of(added))]


def _allowed_otherwise(pod: Object, added: Object, scene: Scene) -> bool:
    """Tell whether another policy allows something to a Pod; what one of them allows is allowed."""
    return any(
        other is not added
        and at(other, "spec", "action") in {None, "ALLOW"}
        and list_at(other, "spec", "rules")
        and namespace_of(other) in {namespace_of(pod), ISTIO_NAMESPACE}
        and matches(pod, selector_of(other))
        for other in scene.objects.get("AuthorizationPolicy", ())
    )


def peer_authentication(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find what ends mutual TLS where a policy asks who calls; to every other change callers adapt."""
    modes = {"spec.mtls.mode": at(added, "spec", "mtls", "mode")}
    modes |= {f"spec.portLevelMtls.{port}.mode": at(mtls, "mode") for port, mtls in _ports(added).items()}
    for field, mode in modes.items():
        asking = [each for each in scene.objects.get("AuthorizationPolicy", ()) if _asks_who(each, namespace_of(added))]
        if mode == "DISABLE" and asking:
            name = at(asking[0], "metadata", "name")
            yield Loss(Cause.CALLS_WITHOUT_IDENTITY, field, f"AuthorizationPolicy {name} asks who calls, and refuses")


def _ports(added: Object) -> Mapping[str, Any]:
    return map_at(added, "spec", "portLevelMtls")


def _asks_who(policy: Object, namespace: str) -> bool:
    sources = [map_at(each, "source") for rule in list_at(policy, "spec", "rules") for each in list_at(rule, "from")]
    identity = {"principals", "namespaces", "serviceAccounts"}
    return namespace in {namespace_of(policy), ISTIO_NAMESPACE} and any(identity & set(each) for each in sources)


def destination_rule(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find a TLS mode of its own, which keeps callers from the mutual TLS that the other side demands."""
    host = full_host(str(at(added, "spec", "host")), namespace_of(added))
    to_collector = any(covers(host, each) for each in scene.span_hosts)
    inside = host.endswith(".svc.cluster.local") and host.split(".")[1:2] in [[each] for each in scene.pods]
    if not to_collector and not inside:
        return
    for field, policy in _traffic_policies(added):
        mode = at(policy, "tls", "mode")
        if mode in {"SIMPLE", "MUTUAL"} or (mode == "DISABLE" and _strict(scene)):
            yield Loss(Cause.DESTINATION_RULE_BREAKS_TLS, f"{field}.tls.mode", f"{host} is called with TLS mode {mode}")


def _traffic_policies(added: Object) -> Iterator[tuple[str, Any]]:
    holders = [("spec", at(added, "spec")), *numbered(added, "spec", "subsets")]
    for field, holder in holders:
        policy = at(holder, "trafficPolicy")
        yield f"{field}.trafficPolicy", policy
        for number, each in enumerate(list_at(policy, "portLevelSettings")):
            yield f"{field}.trafficPolicy.portLevelSettings[{number}]", each


def _strict(scene: Scene) -> bool:
    policies = scene.objects.get("PeerAuthentication", ())
    return any(at(each, "spec", "mtls", "mode") == "STRICT" for each in policies)


def virtual_service(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find where a proxy answers by itself and so calls nobody, and where it changes the headers of a trace."""
    if namespace_of(added) not in scene.pods:
        return
    for field, route in numbered(added, "spec", "http"):
        for answer in ("redirect", "directResponse", "fault.abort"):
            if at(route, *answer.split(".")) is not None:
                why = "the proxy answers by itself, so no service behind it reports spans"
                # With conditions it depends on the requests.
                yield Loss(Cause.ROUTE_ANSWERS_ITSELF, f"{field}.{answer}", why, certain=not list_at(route, "match"))
        for holder, each in [(field, route), *_destinations(field, route)]:
            if named := sorted(_changed_headers(each)):
                why = f"trace header {', '.join(named)} does not reach the service as it was sent"
                yield Loss(Cause.TRACE_HEADERS_CHANGED, f"{holder}.headers.request", why)


def _destinations(field: str, route: object) -> list[tuple[str, Any]]:
    return [(f"{field}.route[{number}]", each) for number, each in enumerate(list_at(route, "route"))]


def _changed_headers(holder: object) -> set[str]:
    request = map_at(holder, "headers", "request")
    names = [*list_at(request, "remove"), *map_at(request, "set"), *map_at(request, "add")]
    return {str(name) for name in names if _is_trace_header(str(name))}


def _is_trace_header(name: str) -> bool:
    return name.lower() in _TRACE_HEADERS or name.lower().startswith("x-b3-")


def service_entry(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find a host taken twice: istiod gives up a provider that is in two namespaces (`LookupCluster` in Istio)."""
    for field, host in numbered(added, "spec", "hosts"):
        if host in scene.span_hosts:
            elsewhere = namespace_of(added) != scene.expected.collector_namespace
            why = f"{host}, to which sidecars send spans, is taken a second time"
            yield Loss(Cause.COLLECTOR_HOST_TAKEN, field, why, certain=elsewhere)


def envoy_filter(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find patches of tracing and of trace headers, wherever in a proxy's configuration they are."""
    if not scene.traced(added, selector_of(added)):
        return
    for field, entry in numbered(added, "spec", "configPatches"):
        value = at(entry, "patch", "value")
        keys = set(_keys(value))
        if "tracing" in keys:
            why = "the proxy's tracing is another than istiod's"
            yield Loss(Cause.ENVOY_FILTER_CHANGES_TRACING, f"{field}.patch.value", why)
        elif at(entry, "applyTo") == "CLUSTER" and at(entry, "patch", "operation") == "REMOVE":
            service = at(entry, "match", "cluster", "service")
            if service is None or service in scene.span_hosts:
                why = "the proxy loses the cluster to which it sends spans"
                yield Loss(Cause.ENVOY_FILTER_CHANGES_TRACING, f"{field}.patch.operation", why)
        elif named := sorted({name for text in texts_in(value) for name in _named_headers(text)}):
            why = f"it deals with trace header {', '.join(named)}"
            yield Loss(
                Cause.TRACE_HEADERS_CHANGED, f"{field}.patch.value", why, certain="request_headers_to_remove" in keys
            )


def _named_headers(text: str) -> set[str]:
    return {name for name in text.lower().replace('"', " ").replace("'", " ").split() if _is_trace_header(name)}


def _keys(node: object) -> Iterator[str]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            yield from cast("Mapping[str, object]", part)
            waiting += cast("Mapping[str, object]", part).values()
        elif isinstance(part, list):
            waiting += cast("list[object]", part)


def wasm_plugin(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find a plugin that does not say otherwise: without its module a proxy refuses every request."""
    if scene.traced(added, selector_of(added)) and at(added, "spec", "failStrategy") != "FAIL_OPEN":
        why = f"while {at(added, 'spec', 'url')} can't be loaded, every request is refused"
        yield Loss(Cause.WASM_PLUGIN_MAY_REFUSE, "spec.failStrategy", why, certain=False)


def telemetry(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find what goes before the mesh-wide Telemetry: a namespace's, a workload's, or an older mesh-wide one."""
    expected = scene.expected
    provider = PROVIDER_NAMES.get(expected.tracing_mode)
    if provider is None or not scene.traced(added, selector_of(added)) or _is_newer_mesh_wide(added, scene):
        return
    for field, tracing in numbered(added, "spec", "tracing"):
        chosen = [str(each.get("name")) for each in list_at(tracing, "providers")]
        percentage = at(tracing, "randomSamplingPercentage")
        if at(tracing, "disableSpanReporting"):
            yield Loss(Cause.TELEMETRY_OVERRIDES, f"{field}.disableSpanReporting", "no span is reported")
        if chosen and chosen != [provider]:
            why = f"spans go to {', '.join(chosen)}, not to {provider}"
            yield Loss(Cause.TELEMETRY_OVERRIDES, f"{field}.providers", why)
        if percentage is not None and Decimal(str(percentage)) < expected.sampling_percentage:
            why = f"{percentage} % of requests are traced, not {expected.sampling_percentage.normalize():f} %"
            yield Loss(Cause.TELEMETRY_OVERRIDES, f"{field}.randomSamplingPercentage", why)


def _is_newer_mesh_wide(added: Object, scene: Scene) -> bool:
    if namespace_of(added) != ISTIO_NAMESPACE or selector_of(added):
        return False
    ours = [each for each in scene.objects.get("Telemetry", ()) if at(each, "metadata", "name") == MESH_DEFAULT]
    return any(_made(each) <= _made(added) for each in ours if namespace_of(each) == ISTIO_NAMESPACE)


def _made(added: Object) -> str:
    return str(at(added, "metadata", "creationTimestamp") or "")
