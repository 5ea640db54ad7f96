"""istiod is ready and of the stack's version and revision; its webhooks are trusted, answer, and decide rightly."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from common.images import version_of
from common.plain import at, list_at, map_at
from components.constants.names import DEFAULT_REVISION, ISTIO_NAMESPACE, injection_label
from components.model.revisions import suffix, unnamed
from components.versions.istio import row_for
from verify.causes import Cause
from verify.cluster.api import KubernetesApi
from verify.cluster.deployments import complaints, replicas
from verify.cluster.webhooks import (
    judge_ca_bundle,
    judge_injection,
    judge_mesh_ca,
    judge_validation,
    probe_pod,
    wrong_virtual_service,
)
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import Finding, any_failed, failed, passed, skipped, warned
from verify.stage import Stage

#: ConfigMap in which istiod publishes the mesh's root certificates, and its key.
_ROOT_MAP: Final = "istio-ca-root-cert"
_ROOT_KEY: Final = "root-cert.pem"

_ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read istiod and its webhooks, then try these with dry runs, which make nothing."""
    found = [finding for each in context.expected.control_planes for finding in _check(context, each, progress)]
    tags = context.expected.istio_tags
    return [*found, *(judge_tag(context.kubernetes.find(_tag(tag)), tag, revision) for tag, revision in tags.items())]


def _check(context: Context, expected: Expected, progress: Callable[[str], None]) -> list[Finding]:
    api = context.kubernetes
    name = f"istiod{expected.revision_suffix}"
    deployment = api.find(f"/apis/apps/v1/namespaces/{ISTIO_NAMESPACE}/deployments/{name}")
    found = judge_istiod(deployment, expected)
    if any_failed(found):
        return [*found, skipped("webhooks answer", f"because {name} is not as it should be")]
    progress("reading the webhooks")
    trusted = list(_trusted(api, expected, name))
    found += trusted
    if any_failed(trusted):
        return [*found, skipped("webhooks answer", "because the API server would not trust them")]
    progress("dry runs of a Pod and a VirtualService")
    return [*found, *_answers(api, expected, name)]


STAGE: Final = Stage("control plane", "control-plane", 11, check)


def judge_istiod(deployment: Mapping[str, Any] | None, expected: Expected) -> list[Finding]:
    """Return whether istiod's Deployment is there, ready, and of the right version and revision."""
    name = f"istiod{expected.revision_suffix}"
    title = f"{name} is ready"
    if deployment is None:
        return [failed(title, Cause.ISTIOD_MISSING, f"no Deployment {ISTIO_NAMESPACE}/{name}")]
    ready, wanted = replicas(deployment)
    seen = f"{ready} of {wanted} Pods ready"
    if ready == 0:
        return [failed(title, Cause.ISTIOD_NOT_READY, seen, *complaints(deployment))]
    readiness = warned(title, Cause.ISTIOD_NOT_READY, seen) if ready < wanted else passed(title, seen)
    image = str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
    revision = at(deployment, "metadata", "labels", "istio.io/rev") or DEFAULT_REVISION
    title = f"{name} is Istio {expected.istio_version}, revision {expected.istio_revision}"
    seen = f"image {image}, revision {revision}"
    if version_of(image) not in {None, expected.istio_version} or revision != expected.istio_revision:
        return [readiness, failed(title, Cause.ISTIOD_OTHER_VERSION, seen)]
    return [readiness, passed(title, seen)]


def _trusted(api: KubernetesApi, expected: Expected, deployment: str) -> Iterator[Finding]:
    root_map = api.find(f"/api/v1/namespaces/{ISTIO_NAMESPACE}/configmaps/{_ROOT_MAP}")
    root = str(at(root_map, "data", _ROOT_KEY) or "")
    if not root:
        seen = f"istiod has written no ConfigMap {ISTIO_NAMESPACE}/{_ROOT_MAP}"
        yield failed("the mesh's CA is published", Cause.ISTIOD_NOT_READY, seen)
        return
    yield judge_mesh_ca(root, datetime.now(UTC))
    for collection, name in _webhooks(expected):
        configuration = api.find(f"{_ADMISSION}/{collection}/{name}")
        if configuration is None:
            yield failed(f"webhook {name} is registered", Cause.WEBHOOK_MISSING, f"no {collection}/{name}")
        else:
            yield judge_ca_bundle(configuration, root, deployment)


def _webhooks(expected: Expected) -> Iterator[tuple[str, str]]:
    yield "mutatingwebhookconfigurations", f"istio-sidecar-injector{expected.revision_suffix}"
    yield "validatingwebhookconfigurations", f"istio-validator{expected.revision_suffix}-{ISTIO_NAMESPACE}"
    if expected.istio_revision == expected.revisions.main:
        yield "validatingwebhookconfigurations", "istiod-default-validator"


def _tag(tag: str) -> str:
    return f"{_ADMISSION}/mutatingwebhookconfigurations/istio-revision-tag-{tag}"


def judge_tag(webhook: Mapping[str, Any] | None, tag: str, revision: str) -> Finding:
    """Return whether a tag leads to the revision that it is to stand for."""
    title = f"tag {tag} stands for revision {revision}"
    if webhook is None:
        return failed(title, Cause.WEBHOOK_MISSING, f"no {_tag(tag)}")
    services = {str(at(each, "clientConfig", "service", "name")) for each in list_at(webhook, "webhooks")}
    if services != {f"istiod{suffix(revision)}"}:
        return failed(title, Cause.TAG_OTHER, f"its webhooks call {', '.join(sorted(services)) or 'nobody'}")
    return passed(title, f"its webhooks call {', '.join(services)}")


def _answers(api: KubernetesApi, expected: Expected, deployment: str) -> list[Finding]:
    namespace = _namespace_for_dry_run(api, expected)
    asks = injection_label(unnamed(expected.istio_revision))
    pod_labels = {name: value for name, value in asks.items() if name == "istio.io/rev"}
    injected = api.dry_run(f"/api/v1/namespaces/{namespace}/pods", probe_pod(pod_labels))
    networking = row_for(expected.istio_version).networking_api
    validated = api.dry_run(
        f"/apis/{networking}/namespaces/{ISTIO_NAMESPACE}/virtualservices", wrong_virtual_service(networking)
    )
    return [judge_injection(injected, namespace, deployment), judge_validation(validated, deployment)]


def _namespace_for_dry_run(api: KubernetesApi, expected: Expected) -> str:
    """Return a namespace that asks for sidecars; if none does, any, since the Pod itself asks for one too."""
    found = [api.find(f"/api/v1/namespaces/{each}") for each in expected.namespaces]
    there = [each["metadata"] for each in found if each is not None]
    asking = [
        each["name"]
        for each in there
        if expected.revisions.of(each["name"]) == expected.istio_revision
        and expected.injection_label(each["name"]).items() <= map_at(each, "labels").items()
    ]
    return next(iter([*asking, *(each["name"] for each in there)]), "default")
