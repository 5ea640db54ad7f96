"""What follows from Istio version, tracing mode and backend."""

import pytest
from packaging.version import Version

from components.constants.choices import TracingMode
from components.constants.files import CA_FILE, CA_KEY, TOKEN_FILE, TOKEN_KEY
from components.model.secret_mounts import CA, TOKEN
from components.tracing.plan import TracingPlan
from tests.components.tracing.tracing_support import NATIVE, OPENTELEMETRY, PROVIDER, satellites


def plan(version: str, mode: TracingMode, *, tls: bool = True) -> TracingPlan:
    return TracingPlan(Version(version), mode, satellites(tls=tls))


@pytest.mark.parametrize(
    ("version", "mode", "ca", "token"),
    [
        ("1.12.0", NATIVE, True, False),
        ("1.15.7", NATIVE, True, False),
        ("1.12.0", PROVIDER, True, True),
        ("1.15.7", PROVIDER, True, True),
        ("1.16.1", PROVIDER, True, False),
        ("1.26.8", PROVIDER, True, False),
        ("1.16.1", OPENTELEMETRY, False, False),
        ("1.31.0", OPENTELEMETRY, False, False),
    ],
)
def test_sidecars_mount_the_ca_with_tls_and_the_token_where_the_provider_reads_a_file(
    version: str, mode: TracingMode, ca: bool, token: bool
) -> None:
    files = (TOKEN,) if token else ()

    assert plan(version, mode).sidecar_mounts == (*((CA,) if ca else ()), *files)
    assert plan(version, mode, tls=False).sidecar_mounts == files


@pytest.mark.parametrize(
    ("version", "mode", "there"),
    [
        ("1.15.0", NATIVE, True),
        ("1.15.0", PROVIDER, False),
        ("1.26.8", PROVIDER, True),
        ("1.26.8", OPENTELEMETRY, False),
    ],
)
def test_token_is_in_the_mesh_configuration(version: str, mode: TracingMode, there: bool) -> None:
    assert plan(version, mode).token_is_in_the_mesh_configuration is there


@pytest.mark.parametrize(("mode", "collector"), [(NATIVE, False), (PROVIDER, False)])
def test_sidecars_send_to_the_satellites_themselves(mode: TracingMode, collector: bool) -> None:
    made = plan("1.15.0", mode)

    assert made.has_collector is collector
    assert str(made.satellites) == "lightstep-satellite.lightstep:9292"


def test_with_a_collector_nobody_else_knows_the_backend() -> None:
    made = plan("1.27.0", OPENTELEMETRY)

    assert made.has_collector
    assert made.satellites is None


@pytest.mark.parametrize(("version", "mode"), [("1.27.0", PROVIDER), ("1.16.1", NATIVE), ("1.15.0", OPENTELEMETRY)])
def test_mode_that_does_not_work_with_the_version_is_refused(version: str, mode: TracingMode) -> None:
    with pytest.raises(ValueError, match=version.replace(".", r"\.")):
        plan(version, mode)


def test_ca_is_mounted_where_every_guide_has_it() -> None:
    assert CA.volume() == {"name": "lightstep-certs", "secret": {"secretName": "lightstep.cacert"}}
    assert CA.mount() == {"name": "lightstep-certs", "mountPath": "/etc/lightstep", "readOnly": True}
    assert CA_FILE == "/etc/lightstep/cacert.pem"


def test_token_is_mounted_beside_it() -> None:
    assert TOKEN.volume() == {"name": "lightstep-token", "secret": {"secretName": "lightstep.access-token"}}
    assert TOKEN.mount() == {"name": "lightstep-token", "mountPath": "/etc/lightstep-token", "readOnly": True}
    assert TOKEN_FILE == "/etc/lightstep-token/token"


def test_each_file_is_a_key_of_its_secret() -> None:
    assert (CA_KEY, TOKEN_KEY) == ("cacert.pem", "token")
