"""Genuine charts of many releases, in each mode that they allow: what comes out is what Istio itself accepts."""

import json
import subprocess
from functools import cache
from typing import Any, Final

import pytest
import yaml
from packaging.version import Version

from components.backends.address import BackendAddress
from components.backends.backend import Backend
from components.constants.choices import TracingMode
from components.versions.istio import row_for
from local.toolchain.programs import ISTIO_TOOLS, Purpose
from local.toolchain.toolchain import ensure
from tests.components.mesh.charts.chart_settings import COLLECTOR, EXTRA_ISTIOD, mesh_config
from tests.components.mesh.charts.releases import CASES, SATELLITES, TOKEN, values_for
from tests.support.istio import Document, Istio, RenderError, the

NATIVE, PROVIDER, OPENTELEMETRY = TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER, TracingMode.OPENTELEMETRY
PROVIDERS: Final = {NATIVE: [], PROVIDER: ["lightstep-satellites"], OPENTELEMETRY: ["otel-collector"]}
EACH: Final = pytest.mark.parametrize(("release", "mode"), CASES)
IN_NATIVE: Final = pytest.mark.parametrize("release", [release for release, mode in CASES if mode is NATIVE])

#: The releases whose own protobufs and validation are at hand, in each mode.
CHECKED: Final = [(release, mode) for release, mode in CASES if release in ISTIO_TOOLS]

#: Istio 1.15's charts, unlike later ones, write objects of a cluster's version.
KUBERNETES: Final = "1.33.0"


@cache
def release_of(name: str) -> Istio:
    return Istio.obtain(name)


@cache
def rendered(release: str, mode: TracingMode) -> list[Document]:
    return release_of(release).render("istiod", values_for(release, mode), kubernetes=KUBERNETES)


def check(release: str, mesh: str) -> subprocess.CompletedProcess[str]:
    """Give a mesh configuration to that release's own parser, where unknown fields are errors, and validation."""
    program = ensure((Purpose.TEST,), only=[f"mesh-check-{release}"], releases=[release]).mesh_check(release)
    return subprocess.run([program], input=mesh, capture_output=True, text=True, timeout=60, check=False)


def mesh_text(documents: list[Document]) -> str:
    return the(documents, "ConfigMap", "istio")["data"]["mesh"]


@pytest.mark.parametrize(("release", "mode"), CHECKED)
def test_istio_itself_accepts_the_mesh_configuration(release: str, mode: TracingMode) -> None:
    checked = check(release, mesh_text(rendered(release, mode)))

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize(("release", "mode"), CHECKED)
def test_istio_itself_accepts_it_beside_the_values_of_a_team(release: str, mode: TracingMode) -> None:
    documents = release_of(release).render(
        "istiod", values_for(release, mode, extra=EXTRA_ISTIOD), kubernetes=KUBERNETES
    )

    checked = check(release, mesh_text(documents))

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize("release", ISTIO_TOOLS)
@pytest.mark.parametrize(
    ("at", "field"),
    [((), "traceing"), (("defaultConfig",), "tracer"), (("defaultConfig", "tracing"), "lightstap")],
)
def test_an_unknown_field_at_any_depth_is_found(release: str, at: tuple[str, ...], field: str) -> None:
    mode = row_for(Version(release)).default_mode
    mesh: dict[str, Any] = yaml.safe_load(mesh_text(rendered(release, mode)))
    holder = mesh
    for part in at:
        holder[part] = holder.get(part) or {}
        holder = holder[part]
    holder[field] = {}

    checked = check(release, yaml.safe_dump(mesh))

    assert checked.returncode == 1
    assert field in checked.stderr


@EACH
def test_mesh_traces(release: str, mode: TracingMode) -> None:
    mesh = mesh_config(rendered(release, mode))

    assert mesh["enableTracing"] is True
    assert [each["name"] for each in mesh.get("extensionProviders", [])] == PROVIDERS[mode]


@IN_NATIVE
def test_native_mode_sends_to_the_satellites_and_verifies_them(release: str) -> None:
    tracing = mesh_config(rendered(release, NATIVE))["defaultConfig"]["tracing"]

    assert tracing["lightstep"] == {"address": "lightstep-satellite.lightstep:9292", "accessToken": TOKEN}
    assert tracing["tlsSettings"] == {
        "mode": "SIMPLE",
        "caCertificates": "/etc/lightstep/cacert.pem",
        "sni": "lightstep-satellite.lightstep",
    }
    assert tracing["customTags"]["user"] == {"header": {"name": "x-user", "defaultValue": "nobody"}}


@IN_NATIVE
def test_native_mode_takes_its_sampling_from_istiod(release: str) -> None:
    (container,) = the(rendered(release, NATIVE), "Deployment", "istiod")["spec"]["template"]["spec"]["containers"]

    assert {"name": "PILOT_TRACE_SAMPLING", "value": "12.5"} in container["env"]


@IN_NATIVE
def test_native_mode_without_tls_asks_for_none(release: str) -> None:
    plain = Backend(SATELLITES.address, tls=False, token_header=SATELLITES.token_header)
    documents = release_of(release).render("istiod", values_for(release, NATIVE, plain), kubernetes=KUBERNETES)

    assert "tlsSettings" not in mesh_config(documents)["defaultConfig"]["tracing"]


@IN_NATIVE
def test_native_mode_takes_an_address_and_a_token_that_yaml_would_misread(release: str) -> None:
    values = values_for(release, NATIVE, Backend(BackendAddress("2001:db8::1", 9292), tls=True, token_header="x"))
    lightstep = values["global"]["tracer"]["lightstep"]
    assert lightstep["address"] == '"[2001:db8::1]:9292"'

    documents = release_of(release).render("istiod", values, kubernetes=KUBERNETES)

    assert mesh_config(documents)["defaultConfig"]["tracing"]["lightstep"]["address"] == "[2001:db8::1]:9292"


@IN_NATIVE
def test_charts_injector_mounts_the_ca_in_native_mode(release: str) -> None:
    config = yaml.safe_load(the(rendered(release, NATIVE), "ConfigMap", "istio-sidecar-injector")["data"]["config"])
    template = config["templates"]["sidecar"]

    condition = '{{- if and (eq .Values.global.proxy.tracer "lightstep") .ProxyConfig.GetTracing.GetTlsSettings }}'
    assert template.count(condition) == 2
    assert "secretName: lightstep.cacert" in template


@pytest.mark.parametrize("release", [release for release, mode in CASES if mode is OPENTELEMETRY])
def test_opentelemetry_mode_sends_to_the_collector(release: str) -> None:
    (provider,) = mesh_config(rendered(release, OPENTELEMETRY))["extensionProviders"]

    assert provider["opentelemetry"] == COLLECTOR


@pytest.mark.parametrize("release", [release for release, mode in CASES if mode is PROVIDER])
def test_lightstep_provider_sends_to_the_satellites_with_files_from_secrets(release: str) -> None:
    documents = rendered(release, PROVIDER)

    (provider,) = mesh_config(documents)["extensionProviders"]
    in_file = row_for(Version(release)).provider_token == "file"
    assert provider["lightstep"] == {
        "service": "lightstep-satellite.lightstep",
        "port": 9292,
        "accessToken": "/etc/lightstep-token/token" if in_file else TOKEN,
    }
    config = yaml.safe_load(the(documents, "ConfigMap", "istio-sidecar-injector")["data"]["config"])
    assert config["defaultTemplates"] == ["sidecar", "tracing-files"]
    volumes = yaml.safe_load(config["templates"]["tracing-files"])["spec"]["volumes"]
    assert [each["secret"]["secretName"] for each in volumes] == (
        ["lightstep.cacert", "lightstep.access-token"] if in_file else ["lightstep.cacert"]
    )


#: ConfigMaps of the istiod chart into which its values are written.
HOLDERS: Final = {"istio", "istio-sidecar-injector", "values"}


@EACH
def test_token_is_nowhere_but_where_the_mode_can_not_do_without(release: str, mode: TracingMode) -> None:
    unavoidable = mode is NATIVE or (mode is PROVIDER and row_for(Version(release)).provider_token == "text")

    holders = {
        (each["kind"], each["metadata"]["name"]) for each in rendered(release, mode) if TOKEN in json.dumps(each)
    }

    assert bool(holders) is unavoidable
    assert holders <= {("ConfigMap", name) for name in HOLDERS}


@pytest.mark.parametrize("release", ["1.20.0", "1.24.0", "1.26.0", "1.27.0", "1.31.0"])
def test_why_the_old_values_are_refused_where_they_are(release: str) -> None:
    """From 1.18 on the chart does not even render with the tracer's name alone."""
    with pytest.raises(RenderError, match="nil pointer"):
        release_of(release).render("istiod", {"global": {"proxy": {"tracer": "lightstep"}}}, kubernetes=KUBERNETES)
