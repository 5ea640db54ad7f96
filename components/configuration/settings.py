"""The configuration of an environment: every key, its type and default, and how it is read.

This is the one place that reads Pulumi's configuration. Everything else is handed a `Settings`.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pulumi
from packaging.version import Version
from pulumi.runtime.config import CONFIG, get_config, get_config_env, is_config_secret
from pydantic import InstanceOf

from components.backends.presets import DEFAULT_TRACES_PATH, Backend
from components.configuration.application_keys import ApplicationSettings
from components.configuration.backend_keys import BackendSettings
from components.configuration.certificates import default_root_pem
from components.configuration.cluster_keys import ClusterSettings
from components.configuration.errors import NAMESPACE
from components.configuration.gateway_keys import GatewaySettings
from components.configuration.gke_keys import GkeSettings
from components.configuration.gke_network_keys import GkeNetworkSettings
from components.configuration.key import Surroundings
from components.configuration.mesh_keys import IstioSettings
from components.configuration.parsing import Given, keys, parse
from components.configuration.rules import RULES
from components.configuration.server_version import server_version
from components.configuration.tracing_keys import CollectorSettings, TracingSettings
from components.configuration.version_rules import kubernetes_version
from components.constants.choices import ClusterKind


# The bases stand in reverse, since pydantic lists the last one's fields first.
class Settings(
    ApplicationSettings,
    GatewaySettings,
    CollectorSettings,
    BackendSettings,
    TracingSettings,
    IstioSettings,
    GkeNetworkSettings,
    GkeSettings,
    ClusterSettings,
):
    """The checked configuration of one environment; never changes once made.

    The key of a field is the field's name in camel case. What it means, its default and its limits stand beside it, and
    `docs/configuration.md` and the schema in `Pulumi.yaml` are generated from them. Tests and other programs may call
    the constructor with finished values; rules between fields are checked by `parse` only.

    Arguments:
        kubernetes_version: the cluster's Kubernetes version, or its minor version; `None` (default) if it is not known.
    """

    kubernetes_version: InstanceOf[Version] | None = None

    @classmethod
    def load(cls) -> "Settings":
        """Read the configuration of the stack that Pulumi is running.

        Raises:
            ConfigurationError: naming everything that is wrong with it; Pulumi prints it without a traceback.
        """
        prefix = f"{NAMESPACE}:"
        found = {*CONFIG.get(), *get_config_env(), *(prefix + key for key in keys(cls))}
        ours = {key: get_config(key) for key in found if key.startswith(prefix)}
        return cls.parse(
            {key.removeprefix(prefix): str(value) for key, value in ours.items() if value is not None},
            stack=pulumi.get_stack(),
            root=Path(pulumi.get_root_directory() or Path.cwd()),
            now=datetime.now(UTC),
            secret_keys={key.removeprefix(prefix) for key in ours if is_config_secret(key)},
            server_version=server_version,
        )

    @classmethod
    def parse(
        cls,
        raw: Mapping[str, str],
        *,
        stack: str,
        root: Path,
        now: datetime,
        secret_keys: Collection[str] = (),
        server_version: Callable[[str], Version | None] = lambda _: None,
    ) -> "Settings":
        """Check a configuration and return it.

        Arguments:
            raw: key, without the namespace -> text, as Pulumi hands it over: lists and objects as JSON.
            stack: the stack's name, for the commands in errors and for the default name of the cluster.
            root: the project's folder, to which paths are relative.
            now: the time, with its zone, at which certificates must be valid.
            secret_keys: keys whose values are stored encrypted.
            server_version: as in `Surroundings`; asked once at most.

        Raises:
            ConfigurationError: naming everything that is wrong, not only what is found first.
        """
        given = Given(raw, frozenset(secret_keys), derived={"clusterName": f"{NAMESPACE}-{stack}"})
        around = Surroundings(root, now, cache(server_version))
        checked = parse(cls, RULES, given, around, stack)
        return checked.model_copy(update={"kubernetes_version": kubernetes_version(checked, around)})

    @property
    def backend_target(self) -> Backend:
        """The tracing backend, without its secrets.

        Raises:
            ValueError: if a backend without an address of its own was given none, which `parse` refuses.
        """
        if self.backend_address is None:
            raise ValueError(f"backend {self.backend} needs a backendAddress")
        client = self.backend_client_certificate_file
        return Backend(
            address=self.backend_address,
            tls=self.backend_tls,
            token_header=self.access_token_header,
            protocol=self.backend_protocol,
            path=self.backend_path or DEFAULT_TRACES_PATH,
            header_names=tuple(self.backend_headers),
            client_certificate=client.pem if client else None,
        )

    @property
    def ca_certificate(self) -> str | None:
        """The CA certificates by which the backend is recognized, as PEM text; `None` without TLS."""
        if not self.backend_tls:
            return None
        return self.backend_ca_file.pem if self.backend_ca_file else default_root_pem()

    @property
    def kubeconfig_contents(self) -> str:
        """A kubeconfig (YAML, with credentials) that holds the existing cluster's context and nothing else.

        Raises:
            ValueError: for a GKE cluster, whose kubeconfig is made together with it.
        """
        if self.cluster_kind is not ClusterKind.EXISTING or not self.kubeconfig or not self.kube_context:
            raise ValueError("only an existing cluster has a kubeconfig beforehand")
        return self.kubeconfig.only(self.kube_context)
