"""Every backend of the table with the genuine Collector, configured by the commands that the documentation names."""

from dataclasses import replace
from pathlib import Path

import pytest

from components.backends.address import BackendAddress
from components.backends.backend import Backend, OtlpProtocol
from components.backends.presets import PRESETS, BackendPreset
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.destination import Credentials, Destination
from local.ports import LOOPBACK
from reference.backends import steps
from tests.components.configuration.settings_support import read
from tests.components.tracing.collector.genuine.backends import backend, send_span
from tests.components.tracing.collector.genuine.genuine import Genuine, laid_out
from tests.support.certificates import authority, new_files
from tests.support.served import Asked, Reply, Trust, as_json, serving

CA = authority("A public CA")
TOKEN = "id:correct-horse"
#: Jaeger in the cluster is reached inside the mesh, which is not here.
OUTSIDE = {name: preset for name, preset in PRESETS.items() if not preset.in_cluster}
EVERY_WAY = [(name, protocol) for name, preset in OUTSIDE.items() for protocol in preset.protocols]


def target(name: BackendPreset, protocol: OtlpProtocol, project: Path) -> Backend:
    """Return the backend of a stack in which what `docs/tracing.md` says was typed, and another protocol asked for."""
    typed = {step.key: TOKEN if step.value is None else step.value for step in steps(name)}
    other = {} if protocol is PRESETS[name].protocols[0] else {"backendProtocol": protocol.value}
    return read({"gcpProject": "my-project", **typed, **other}, project).backend_target


def args(of: Backend) -> CollectorArgs:
    return CollectorArgs(
        namespace="observability",
        destinations=[Destination(of, Credentials(TOKEN if of.token_header else None))],
        image="collector:1.2.3",
        injection_labels=[{"istio-injection": "enabled"}],
    )


def metadata(asked: Asked) -> Reply:
    """Answer as Google's metadata server (https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys)."""
    if asked.headers.get("metadata-flavor") != "Google":
        return Reply(403)
    if asked.path.endswith("/instance/service-accounts/default/token"):
        return as_json({"access_token": "identity-of-the-pods", "expires_in": 3600, "token_type": "Bearer"})
    return Reply(body="another-project" if asked.path.endswith("/project/project-id") else "")


@pytest.mark.parametrize(("name", "protocol"), EVERY_WAY)
def test_the_genuine_collector_takes_the_backend(
    genuine: Genuine, tmp_path: Path, name: BackendPreset, protocol: OtlpProtocol
) -> None:
    assert genuine.faults(laid_out(args(target(name, protocol, tmp_path)), tmp_path)) == ""


@pytest.mark.parametrize(("name", "protocol"), EVERY_WAY)
def test_spans_arrive_as_the_backend_asks_for_them(
    genuine: Genuine, tmp_path: Path, name: BackendPreset, protocol: OtlpProtocol
) -> None:
    preset, asked = PRESETS[name], target(name, protocol, tmp_path)
    trust = Trust(CA.server(new_files(), "backend", [LOOPBACK]))

    with backend(protocol, trust) as receiver, serving(metadata) as google:
        here = replace(asked, address=BackendAddress(LOOPBACK, receiver.port), ca_certificate=CA.pem)
        # Only who shows an identity asks there; Google's own server has an address that nobody else can have.
        environment = {"GCE_METADATA_HOST": f"{LOOPBACK}:{google.port}"} if asked.google_project else {}
        with genuine.running(args(here), tmp_path, environment=environment) as running:
            send_span(running.port, "reviews")
            arrival = receiver.next()

    expected = dict(preset.headers)
    if preset.token_header:
        expected[preset.token_header] = asked.token_value(TOKEN)
    if preset.google_identity:
        expected |= {"authorization": "Bearer identity-of-the-pods", "x-goog-project-id": "my-project"}
    assert arrival.spans == ["reviews"]
    assert expected.items() <= arrival.headers.items()
    (resource,) = arrival.resources
    assert resource.get("gcp.project_id") == ("my-project" if preset.google_identity else None)
    assert arrival.path == (preset.path or "/v1/traces" if protocol is OtlpProtocol.HTTP else "")
