"""Mutual TLS is really strict: a plain call from outside the mesh is refused by the sidecar, not by something else."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from components.constants.ports import STATUS_PORT
from components.model.bookinfo import PAGE, PORT, PRODUCTPAGE
from verify.causes import Cause
from verify.cluster.api import Answer, ClusterError
from verify.cluster.pods import PROXY, name_of, ready_pod
from verify.context import Context
from verify.outcomes import Finding, Verdict, failed, passed, skipped
from verify.stage import Stage

#: What the API server's proxy says when the connection to a Pod was ended without an answer
#: (k8s.io/apimachinery, pkg/util/proxy/transport.go).
_NOT_ANSWERED: Final = "error trying to reach service"

_TITLE: Final = "a plain call from outside the mesh is refused"


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Call a port that is open to all, which shows that the way is free, then the application's."""
    namespace = context.expected.bookinfo_namespace
    if namespace is None:
        return [skipped(_TITLE, "the stack has no Bookinfo to call")]
    pods = context.kubernetes.items(f"/api/v1/namespaces/{namespace}/pods")
    pod = ready_pod(pods, {"app": PRODUCTPAGE})
    if pod is None:
        return [skipped(_TITLE, f"no {PRODUCTPAGE} with a ready sidecar", Cause.NOT_TO_BE_SEEN)]
    progress(f"plain calls of {namespace}/{name_of(pod)}")
    try:
        control = context.kubernetes.call_plainly(namespace, name_of(pod), STATUS_PORT, "/healthz/ready")
        plain = context.kubernetes.call_plainly(namespace, name_of(pod), PORT, PAGE)
    except ClusterError as error:
        return [skipped(_TITLE, f"the API server did not make the call: {error}", Cause.NOT_TO_BE_SEEN)]
    judged = judge_plain_call(control, plain)
    if judged.verdict is not Verdict.SKIP:
        return [judged]
    progress(f"plain call of {namespace}/{name_of(pod)} from the gateway")
    return [_from_gateway(context, str(pod["status"].get("podIP")), judged)]


STAGE: Final = Stage(
    "mutual TLS", "mutual-tls", 20, check, needs=frozenset({"cluster", "sidecars"}), needs_running_pods=True
)


def _from_gateway(context: Context, address: str, otherwise: Finding) -> Finding:
    """Call from the gateway's Pod, which NetworkPolicies let through: what curl sends there goes around its proxy.

    Arguments:
        context: the run.
        address: the application's Pod.
        otherwise: what to return where this can't be done either.
    """
    namespace = context.expected.gateway_namespace
    pods = context.kubernetes.items(f"/api/v1/namespaces/{namespace}/pods")
    gateway = ready_pod(pods, context.expected.gateway.selector)
    if gateway is None:
        return otherwise
    host = f"[{address}]" if ":" in address else address
    url = f"http://{host}:{PORT}{PAGE}"
    command = ["curl", "--silent", "--output", "/dev/null", "--max-time", "5", url]
    try:
        exit_code, _ = context.kubernetes.attempt(namespace, name_of(gateway), PROXY, command)
    except ClusterError:
        return otherwise
    return judge_curl(exit_code, otherwise)


def judge_curl(exit_code: int, otherwise: Finding) -> Finding:
    """Return what curl's exit code proves (https://curl.se/libcurl/c/libcurl-errors.html).

    Arguments:
        exit_code: of curl, calling the application's port in the clear.
        otherwise: what to return if it proves nothing: there is no curl, or no connection.
    """
    if exit_code == 0:
        return failed(_TITLE, Cause.PLAIN_CALL_ANSWERED, f"port {PORT} answered a call of the gateway's Pod")
    if exit_code in _ENDED_BY_PEER:
        seen = f"port {PORT} takes a connection of the gateway's Pod and ends it without an answer"
        return passed(_TITLE, seen)
    return otherwise


#: Connected, but got nothing (52), or the connection was reset (56).
_ENDED_BY_PEER: Final = frozenset({52, 56})


def judge_plain_call(control: Answer, plain: Answer) -> Finding:
    """Return what two plain calls of one Pod prove.

    Arguments:
        control: the answer of a port that takes plain calls; without it a refusal would prove nothing.
        plain: the answer of the application's port.
    """
    if control.status != HTTPStatus.OK:
        why = f"the API server can't call Pods here ({control.message or control.status}), so a refusal proves nothing"
        return skipped(_TITLE, why, Cause.NOT_TO_BE_SEEN)
    if plain.body.get("byApiServer") and _NOT_ANSWERED not in plain.message:
        return skipped(_TITLE, f"the API server did not make the call: {plain.message}", Cause.NOT_TO_BE_SEEN)
    if plain.status == HTTPStatus.SERVICE_UNAVAILABLE and _NOT_ANSWERED in plain.message:
        return passed(_TITLE, f"port {STATUS_PORT} answers, port {PORT} does not: {plain.message}")
    return failed(_TITLE, Cause.PLAIN_CALL_ANSWERED, f"port {PORT} answered with status {plain.status}")
