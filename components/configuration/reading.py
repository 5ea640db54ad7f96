"""Reads and judges a stack's configuration: the only place that asks Pulumi for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG, get_config, get_config_env, is_config_secret

from components.configuration.applications import APPLICATION_CONSTRAINTS
from components.configuration.backend_constraints import BACKEND_CONSTRAINTS
from components.configuration.cluster import CLUSTER_CONSTRAINTS
from components.configuration.gateway import GATEWAY_CONSTRAINTS
from components.configuration.gateway_api import GATEWAY_API_CONSTRAINTS, crds_to_install
from components.configuration.gke import GKE_CONSTRAINTS, NOT_OFFERED
from components.configuration.gke_network import GKE_NETWORK_CONSTRAINTS
from components.configuration.gke_nodes import GKE_NODE_CONSTRAINTS
from components.configuration.istio import ISTIO_CONSTRAINTS, kubernetes_version, shares_istio_namespace
from components.configuration.jaeger import JAEGER_CONSTRAINTS
from components.configuration.machinery.cluster_facts import ClusterFacts, cluster_facts
from components.configuration.machinery.constraints import Constraint
from components.configuration.machinery.gateway_api_crds import installed_crds as ask_for_crds
from components.configuration.machinery.key import ReadingContext
from components.configuration.machinery.parsing import Given, keys, parse
from components.configuration.mirror import MIRROR_CONSTRAINTS
from components.configuration.monitoring import MONITORING_CONSTRAINTS
from components.configuration.settings import Settings
from components.configuration.tracing import TRACING_CONSTRAINTS
from components.constants.names import PROJECT_NAME
from components.model.gateway_api import InstalledCrds

CONSTRAINTS: Sequence[Constraint[Settings]] = (
    *CLUSTER_CONSTRAINTS,
    *GKE_CONSTRAINTS,
    *GKE_NETWORK_CONSTRAINTS,
    *GKE_NODE_CONSTRAINTS,
    *APPLICATION_CONSTRAINTS,
    *GATEWAY_CONSTRAINTS,
    *GATEWAY_API_CONSTRAINTS,
    *ISTIO_CONSTRAINTS,
    *TRACING_CONSTRAINTS,
    *BACKEND_CONSTRAINTS,
    *MIRROR_CONSTRAINTS,
    *JAEGER_CONSTRAINTS,
    *MONITORING_CONSTRAINTS,
)


def load_settings() -> Settings:
    """Read the configuration of the stack that Pulumi is running.

    Raises:
        ConfigurationError: naming everything that is wrong with it; Pulumi prints it without a traceback.
    """
    prefix = f"{PROJECT_NAME}:"
    found = {*CONFIG.get(), *get_config_env(), *(prefix + key for key in keys(Settings))}
    ours = {key: get_config(key) for key in found if key.startswith(prefix)}
    return parse_settings(
        {key.removeprefix(prefix): str(value) for key, value in ours.items() if value is not None},
        stack=pulumi.get_stack(),
        root=Path(pulumi.get_root_directory() or Path.cwd()),
        now=datetime.now(UTC),
        secret_keys={key.removeprefix(prefix) for key in ours if is_config_secret(key)},
        cluster=cluster_facts,
        installed_crds=ask_for_crds,
    )


def parse_settings(
    raw: Mapping[str, str],
    *,
    stack: str,
    root: Path,
    now: datetime,
    secret_keys: Collection[str] = (),
    cluster: Callable[[str], ClusterFacts] = lambda _: ClusterFacts(),
    installed_crds: Callable[[str], InstalledCrds | None] = lambda _: InstalledCrds(),
) -> Settings:
    """Check a configuration and return it.

    Arguments:
        raw: key, without the namespace -> text, as Pulumi hands it over: lists and objects as JSON.
        stack: the stack's name, for the commands in errors and for the default name of the cluster.
        root: the project's folder, to which paths are relative.
        now: the time, with its zone, at which certificates must be valid.
        secret_keys: keys whose values are stored encrypted.
        cluster: as in `ReadingContext`; asked once at most.
        installed_crds: as in `ReadingContext`; asked once at most.

    Raises:
        ConfigurationError: naming everything that is wrong, not only what is found first.
    """
    given = Given(
        raw, frozenset(secret_keys), derived={"clusterName": f"{PROJECT_NAME}-{stack}"}, not_offered=NOT_OFFERED
    )
    context = ReadingContext(root, now, cache(cluster), cache(installed_crds))
    checked = parse(Settings, CONSTRAINTS, given, context, stack)
    found = {
        "kubernetes_version": kubernetes_version(checked, context),
        "shares_istio_namespace": shares_istio_namespace(checked, context),
        "gateway_api_source": crds_to_install(checked, context),
    }
    return checked.model_copy(update=found)
