"""The configuration of an environment: every key, its type and default, and how it is read.

This is the one place that reads Pulumi's configuration. Everything else is handed a `Settings`.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG, get_config, get_config_env, is_config_secret

from components.choices import ClusterKind, ReleaseChannel
from components.configuration.application_keys import ApplicationSettings
from components.configuration.certificates import default_root_pem
from components.configuration.cluster_keys import ClusterSettings
from components.configuration.errors import NAMESPACE
from components.configuration.key import Surroundings
from components.configuration.mesh_keys import IstioSettings, TracingSettings
from components.configuration.parsing import Given, keys, parse
from components.configuration.rules import RULES


# The bases stand in reverse, since pydantic lists the last one's fields first.
class Settings(ApplicationSettings, TracingSettings, IstioSettings, ClusterSettings):
    """The checked configuration of one environment; never changes once made.

    The key of a field is the field's name in camel case. What it means, its default and its limits stand beside it, and
    `docs/configuration.md` and the schema in `Pulumi.yaml` are generated from them. Tests and other programs may call
    the constructor with finished values; rules between fields are checked by `parse` only.
    """

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
    ) -> "Settings":
        """Check a configuration and return it.

        Arguments:
            raw: key, without the namespace -> text, as Pulumi hands it over: lists and objects as JSON.
            stack: the stack's name, for the commands in errors and for the default name of the cluster.
            root: the project's folder, to which paths are relative.
            now: the time, with its zone, at which certificates must be valid.
            secret_keys: keys whose values are stored encrypted.

        Raises:
            ConfigurationError: naming everything that is wrong, not only what is found first.
        """
        given = Given(raw, frozenset(secret_keys), derived={"clusterName": f"{NAMESPACE}-{stack}"})
        checked = parse(cls, RULES, given, Surroundings(root, now), stack)
        return checked.model_copy(update=checked._conditional_defaults())

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

    def _conditional_defaults(self) -> dict[str, object]:
        """Return the fields whose defaults depend on other fields."""
        if self.kubeconfig:
            return {"kube_context": self.kube_context or self.kubeconfig.current_context}
        if not self.gke_version:
            return {"gke_release_channel": self.gke_release_channel or ReleaseChannel.REGULAR}
        return {}
