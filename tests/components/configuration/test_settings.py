"""Right configurations, and how settings are read from Pulumi."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pulumi
import pytest
import yaml
from cryptography import x509
from pulumi.runtime import config as pulumi_config
from pydantic import SecretStr, ValidationError

from components.backends.address import BackendAddress
from components.backends.presets import BackendPreset
from components.configuration.machinery.problems import ConfigurationError
from components.configuration.reading import load_settings
from components.configuration.settings import Settings
from components.constants.choices import ClusterKind, Provisioning, ReleaseChannel, ServiceType, TracingMode
from tests.components.configuration.settings_support import EXISTING, RIGHT, TOKEN, message, read


def test_defaults_are_those_of_a_small_gke_cluster(project: Path) -> None:
    settings = read(RIGHT, project)

    assert settings.cluster_kind is ClusterKind.GKE
    assert settings.cluster_name == "traced-mesh-dev"
    assert settings.gke_release_channel is ReleaseChannel.REGULAR
    assert settings.node_provisioning is Provisioning.STANDARD
    assert (settings.node_count, settings.node_machine_type) == (3, "e2-standard-2")
    assert settings.backend_address == BackendAddress("ingest.lightstep.com", 443)
    assert settings.sampling_percentage == Decimal(100)
    assert settings.access_token == SecretStr(TOKEN)


def test_every_key_is_read_as_its_own_type(project: Path) -> None:
    settings = read(
        {
            **RIGHT,
            "clusterName": "mesh",
            "gkeLocation": "us-central1-ai1a",
            "nodeCount": "1000",
            "nodeProvisioning": "spot",
            "istioVersion": "1.28.0-rc.1",
            "istioRevision": "canary",
            "istiodValues": '{"pilot":{"autoscaleMax":2}}',
            "backend": "lightstep-microsatellites",
            "backendAddress": "[2001:DB8::1]:8184",
            "samplingPercentage": "0.25",
            "collectorImage": f"registry.example.com:5000/otel/collector@sha256:{'0' * 64}",
            "injectedNamespaces": '["shop","cart"]',
            "gatewayServiceType": "NodePort",
            "gatewayHost": "2001:db8::2",
            "bookinfo": "false",
        },
        project,
    )

    assert settings.cluster_name == "mesh"
    assert settings.node_count == 1000
    assert settings.node_provisioning is Provisioning.SPOT
    assert str(settings.istio_version) == "1.28.0-rc.1"
    assert settings.tracing_mode is TracingMode.OPENTELEMETRY
    assert settings.istiod_values == {"pilot": {"autoscaleMax": 2}}
    assert settings.backend is BackendPreset.LIGHTSTEP_MICROSATELLITES
    assert str(settings.backend_address) == "[2001:db8::1]:8184"
    assert settings.sampling_percentage == Decimal("0.25")
    assert settings.injected_namespaces == ("shop", "cart")
    assert settings.gateway_service_type is ServiceType.NODE_PORT
    assert settings.gateway_host == "2001:db8::2"
    assert settings.bookinfo is False


def test_existing_cluster_uses_the_current_context(project: Path) -> None:
    settings = read(EXISTING, project)

    assert settings.kube_context == "kind-mesh"
    assert settings.gke_release_channel is None
    assert yaml.safe_load(settings.kubeconfig_contents)["current-context"] == "kind-mesh"


def test_gke_cluster_has_no_kubeconfig_beforehand(project: Path) -> None:
    settings = read(RIGHT, project)

    with pytest.raises(ValueError, match="only an existing cluster"):
        _ = settings.kubeconfig_contents


def test_fixed_version_leaves_no_release_channel(project: Path) -> None:
    settings = read({**RIGHT, "gkeVersion": "1.33.5-gke.1080000"}, project)

    assert (settings.gke_version, settings.gke_release_channel) == ("1.33.5-gke.1080000", None)


def test_gke_defaults_that_pulumi_fills_in_do_not_disturb_an_existing_cluster(project: Path) -> None:
    filled_in = {
        "gkeLocation": "us-central1-a",
        "nodeCount": "3",
        "gcpProject": "",
        "gkeVersion": "",
        "istiodValues": "{}",
    }

    settings = read({**EXISTING, **filled_in}, project)

    assert settings.cluster_kind is ClusterKind.EXISTING


def test_charts_of_the_configured_version_are_taken_from_a_folder(project: Path) -> None:
    settings = read({**RIGHT, "istioCharts": "charts-1.27.0", "istioVersion": "1.27.0"}, project)

    assert str(settings.istio_charts) == "charts-1.27.0"


@pytest.mark.parametrize(
    ("changes", "name"),
    [({}, "ISRG Root X1"), ({"backendCaFile": "good-ca.pem"}, "Pool CA")],
    ids=["default", "file"],
)
def test_backend_is_recognized_by(changes: dict[str, str], name: str, project: Path) -> None:
    settings = read({**RIGHT, **changes}, project)

    [certificate] = x509.load_pem_x509_certificates((settings.backend_target.ca_certificate or "").encode())
    assert f"CN={name}" in certificate.subject.rfc4514_string()


def test_stack_name_that_makes_no_cluster_name_is_explained(project: Path) -> None:
    text = message(RIGHT, project, stack="Team A")

    assert "given:   (not set)" in text
    assert "the default for this stack, 'traced-mesh-Team A', does not fit" in text
    assert "fix:     pulumi config set --stack 'Team A' traced-mesh:clusterName traced-mesh-dev" in text


def test_settings_never_change(project: Path) -> None:
    settings = read(RIGHT, project)

    with pytest.raises(ValidationError):
        settings.node_count = 5


def test_settings_can_be_made_from_finished_values() -> None:
    settings = Settings(cluster_name="mesh", backend_address=BackendAddress("collector", 4317), node_count=1)

    assert (settings.cluster_name, settings.node_count) == ("mesh", 1)


def test_load_reads_what_pulumi_runs_with(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack_runs_with(monkeypatch, project, {**RIGHT, "nodeCount": "5"}, secret_keys=["accessToken"])

    settings = load_settings()

    assert (settings.cluster_name, settings.node_count) == ("traced-mesh-test", 5)


def test_load_leaves_other_namespaces_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack_runs_with(monkeypatch, project, RIGHT, secret_keys=["accessToken"])
    pulumi_config.set_config("gcp:project", "elsewhere")

    settings = load_settings()

    assert settings.gcp_project == "my-project"


def test_load_raises_what_pulumi_prints_without_a_traceback(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack_runs_with(monkeypatch, project, {**RIGHT, "color": "red"}, secret_keys=[])

    with pytest.raises(pulumi.RunError) as caught:
        load_settings()

    assert isinstance(caught.value, ConfigurationError)
    assert [problem.key for problem in caught.value.problems] == ["accessToken", "color"]


def stack_runs_with(
    monkeypatch: pytest.MonkeyPatch, project: Path, config: Mapping[str, str], secret_keys: list[str]
) -> None:
    """Give Pulumi's runtime a stack named `test` with this configuration."""
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    monkeypatch.setattr("pulumi.get_stack", lambda: "test")
    monkeypatch.setattr("pulumi.get_root_directory", lambda: str(project))
    prefixed = {f"traced-mesh:{key}": value for key, value in config.items()}
    pulumi_config.set_all_config(prefixed, [f"traced-mesh:{key}" for key in secret_keys])
