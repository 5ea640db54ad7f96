"""The checked configuration of an environment: every key, with its type and default.

How a configuration is read and judged stands above, in `reading`.
"""

from packaging.version import Version
from pydantic import InstanceOf

from components.configuration.applications import ApplicationSettings
from components.configuration.gateway_api import GatewayApiSettings
from components.configuration.gke_nodes import GkeNodeSettings
from components.configuration.jaeger import JaegerSettings
from components.configuration.monitoring import MonitoringSettings
from components.configuration.tracing import CollectorSettings


# The bases stand in reverse, since pydantic lists the last one's fields first.
class Settings(
    ApplicationSettings, GatewayApiSettings, MonitoringSettings, CollectorSettings, JaegerSettings, GkeNodeSettings
):
    """The checked configuration of one environment; never changes once made.

    The key of a field is the field's name in camel case. What it means, its default and its limits stand beside it, and
    `docs/configuration.md` and the schema in `Pulumi.yaml` are generated from them. Tests and other programs may call
    the constructor with finished values; constraints between fields are checked by `reading.parse_settings` only.

    Arguments:
        kubernetes_version: the cluster's Kubernetes version, or its minor version; `None` if it is not known.
        shares_istio_namespace: whether `istio-system` holds an Istio of somebody else's too.
        gateway_api_source: file or address of the Gateway API's CRDs that are installed; `None` if none are.
    """

    kubernetes_version: InstanceOf[Version] | None = None
    shares_istio_namespace: bool = False
    gateway_api_source: str | None = None
