"""Bookinfo, Istio's sample application: the proof that requests are traced.

The same objects as in Istio's own manifests (`samples/bookinfo`), as data; the tests compare them field by field. The
security contexts are those of its `bookinfo-psa.yaml`, so that the restricted Pod Security Standard takes them.
Left out on purpose: the gateway in front, and anything that tells one environment's Bookinfo from another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvVarArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.bookinfo.routes import Route
from components.kubernetes.istio_objects import istio_object
from components.kubernetes.objects import SKIP_AWAIT
from components.kubernetes.resources import RESOURCES
from components.kubernetes.workloads import restricted_container, restricted_pod
from components.model.bookinfo import APPLICATIONS, IMAGE_TAG, LABELS, PORT, Application, account_of


@dataclass(frozen=True)
class BookinfoArgs:
    """Arguments of `Bookinfo`.

    Arguments:
        namespace: name of a namespace with sidecar injection.
        route: how requests come from the gateway.
        after: what proves that the injector and the validator answer (`Mesh.answering`); the Deployments and the route
            wait for it, Services and ServiceAccounts do not. Default: nothing.
        route_after: what only the route waits for besides, such as the Gateway that it hangs on. Default: nothing.
        pods_after: what only the Deployments wait for besides, such as NetworkPolicies. Default: nothing.
    """

    namespace: pulumi.Input[str]
    route: Route
    after: Sequence[pulumi.Resource] = ()
    route_after: Sequence[pulumi.Resource] = ()
    pods_after: Sequence[pulumi.Resource] = ()


class Bookinfo(pulumi.ComponentResource):
    """Bookinfo's Services, ServiceAccounts and Deployments, and the route from the ingress gateway."""

    def __init__(self, name: str, args: BookinfoArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:bookinfo:Bookinfo", name, {}, opts)
        self._name = name
        self._args = args
        for application in APPLICATIONS:
            self._service(application)
            account = self._service_account(application)
            for version in application.versions:
                self._deployment(application, version, [account, *args.after, *args.pods_after])
        self._route()
        self.register_outputs({})

    def _metadata(self, name: str, labels: dict[str, str], annotations: dict[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(
            name=name, namespace=self._args.namespace, labels=labels | LABELS, annotations=annotations
        )

    def _service(self, application: Application) -> None:
        kubernetes.core.v1.Service(
            f"{self._name}-{application.name}-service",
            metadata=self._metadata(
                application.name, {"app": application.name, "service": application.name}, SKIP_AWAIT
            ),
            spec=ServiceSpecArgs(ports=[ServicePortArgs(port=PORT, name="http")], selector={"app": application.name}),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _service_account(self, application: Application) -> pulumi.Resource:
        return kubernetes.core.v1.ServiceAccount(
            f"{self._name}-{application.name}-account",
            metadata=self._metadata(account_of(application.name), {"account": application.name}),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _deployment(self, application: Application, version: str, depends_on: list[pulumi.Resource]) -> None:
        labels = {"app": application.name, "version": version}
        kubernetes.apps.v1.Deployment(
            f"{self._name}-{application.name}-{version}",
            metadata=self._metadata(f"{application.name}-{version}", labels),
            spec=DeploymentSpecArgs(
                replicas=1,
                selector=LabelSelectorArgs(match_labels=labels),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=labels, annotations=dict(application.pod_annotations) or None),
                    spec=_pod(application, version),
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on),
        )

    def _route(self) -> None:
        made: list[pulumi.Resource] = [*self._args.after, *self._args.route_after]
        for name, wanted in self._args.route.objects(self._args.namespace).items():
            opts = pulumi.ResourceOptions(parent=self, depends_on=made)
            made = [*made, istio_object(f"{self._name}-{name}", wanted, opts)]


def _pod(application: Application, version: str) -> PodSpecArgs:
    container = ContainerArgs(
        name=application.name,
        image=f"docker.io/istio/examples-bookinfo-{application.name}-{version}:{IMAGE_TAG}",
        image_pull_policy="IfNotPresent",
        ports=[ContainerPortArgs(container_port=PORT)],
        env=[EnvVarArgs(name=name, value=value) for name, value in application.environment] or None,
        resources=RESOURCES[application.name].args(),
        security_context=restricted_container(read_only=False),
        volume_mounts=[VolumeMountArgs(name=name, mount_path=path) for name, path in application.empty_dirs] or None,
    )
    volumes = [VolumeArgs(name=name, empty_dir=EmptyDirVolumeSourceArgs()) for name, _ in application.empty_dirs]
    return PodSpecArgs(
        service_account_name=account_of(application.name),
        automount_service_account_token=False,  # the sidecar has a token of its own, for istiod
        security_context=restricted_pod(),
        containers=[container],
        volumes=volumes or None,
    )
