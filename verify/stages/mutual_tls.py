"""Mutual TLS is really strict: a plain call from outside the mesh is refused by the sidecar, not by something else."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from verify.causes import Cause
from verify.cluster.api import Answer, ClusterError
from verify.cluster.pods import PROXY, is_over, is_ready, matches, name_of
from verify.context import Context
from verify.findings import failed
from verify.outcomes import Failure, Finding, passed, skipped

#: Port at which a sidecar tells whether it is ready; never intercepted
#: (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio).
_HEALTH_PORT: Final = 15021

#: Bookinfo's applications all listen here, in plain text behind their sidecars.
_APPLICATION_PORT: Final = 9080

#: What the API server's proxy says when the connection to a Pod was ended without an answer
#: (k8s.io/apimachinery, pkg/util/proxy/transport.go).
_NOT_ANSWERED: Final = "error trying to reach service"

_TITLE: Final = "a plain call from outside the mesh is refused"


@dataclass(frozen=True)
class MutualTlsStage:
    """Calls an application by the API server's proxy, which has no certificate of the mesh."""

    name: str = "mutual TLS"
    failure: Failure = Failure.MUTUAL_TLS
    needs: frozenset[Failure] = frozenset({Failure.CLUSTER, Failure.SIDECARS})
    needs_running_pods: bool = True

    def check(self, context: Context, progress: Callable[[str], None]) -> list[Finding]:
        """Call a port that is open to all, which shows that the way is free, then the application's."""
        namespace = context.target.bookinfo_namespace
        if namespace is None:
            return [skipped(_TITLE, "the stack has no Bookinfo to call")]
        pods = context.kubernetes.items(f"/api/v1/namespaces/{namespace}/pods")
        pod = next(
            (
                each
                for each in pods
                if matches(each, {"app": "productpage"}) and is_ready(each, PROXY) and not is_over(each)
            ),
            None,
        )
        if pod is None:
            return [skipped(_TITLE, "no productpage with a ready sidecar", Cause.NOT_TO_BE_SEEN)]
        progress(f"plain calls of {namespace}/{name_of(pod)}")
        try:
            control = context.kubernetes.call_plainly(namespace, name_of(pod), _HEALTH_PORT, "/healthz/ready")
            plain = context.kubernetes.call_plainly(namespace, name_of(pod), _APPLICATION_PORT, "/productpage")
        except ClusterError as error:
            return [skipped(_TITLE, f"the API server did not make the call: {error}", Cause.NOT_TO_BE_SEEN)]
        return [judge_plain_call(control, plain)]


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
        return passed(_TITLE, f"port {_HEALTH_PORT} answers, port {_APPLICATION_PORT} does not: {plain.message}")
    return failed(_TITLE, Cause.PLAIN_CALL_ANSWERED, f"port {_APPLICATION_PORT} answered with status {plain.status}")
