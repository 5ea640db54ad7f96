"""The files that sidecars need to send to the satellites themselves."""

from typing import Final

import pytest
from packaging.version import Version

from components.backends.address import BackendAddress
from components.backends.presets import LIGHTSTEP_HEADER, Backend
from components.constants.choices import TracingMode
from components.constants.files import CA_FILE, CA_KEY, CA_SECRET, TOKEN_FILE, TOKEN_KEY
from components.tracing.satellite_files import CA, TOKEN, SatelliteFiles
from components.versions.istio import row_for

NATIVE, PROVIDER, OPENTELEMETRY = TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER, TracingMode.OPENTELEMETRY
ADDRESS: Final = BackendAddress("lightstep-satellite.lightstep", 9292)


def needed(version: str, mode: TracingMode, *, tls: bool) -> SatelliteFiles:
    return SatelliteFiles.needed(row_for(Version(version)), mode, Backend(ADDRESS, tls, LIGHTSTEP_HEADER))


@pytest.mark.parametrize(
    ("version", "mode", "ca", "token"),
    [
        ("1.1.5", NATIVE, True, False),
        ("1.6.0", NATIVE, True, False),
        ("1.15.7", NATIVE, True, False),
        ("1.10.0", PROVIDER, True, True),
        ("1.15.7", PROVIDER, True, True),
        ("1.16.1", PROVIDER, True, False),
        ("1.26.8", PROVIDER, True, False),
        ("1.16.1", OPENTELEMETRY, False, False),
        ("1.31.0", OPENTELEMETRY, False, False),
    ],
)
def test_sidecars_need_the_ca_with_tls_and_the_token_where_the_provider_reads_a_file(
    version: str, mode: TracingMode, ca: bool, token: bool
) -> None:
    with_tls, without = needed(version, mode, tls=True), needed(version, mode, tls=False)

    assert (with_tls.ca, with_tls.token) == (ca, token)
    assert (without.ca, without.token) == (False, token)


def test_mounts_are_those_that_are_needed() -> None:
    assert needed("1.15.0", PROVIDER, tls=True).mounts == (CA, TOKEN)
    assert needed("1.15.0", NATIVE, tls=True).mounts == (CA,)
    assert needed("1.27.0", OPENTELEMETRY, tls=True).mounts == ()


def test_ca_is_mounted_where_every_guide_has_it() -> None:
    assert CA.volume() == {"name": "lightstep-certs", "secret": {"secretName": "lightstep.cacert"}}
    assert CA.mount() == {"name": "lightstep-certs", "mountPath": "/etc/lightstep", "readOnly": True}
    assert CA_FILE == "/etc/lightstep/cacert.pem"


def test_each_file_is_a_key_of_the_secret_that_is_mounted() -> None:
    assert f"{CA.folder}/{CA_KEY}" == CA_FILE
    assert CA.secret == CA_SECRET
    assert f"{TOKEN.folder}/{TOKEN_KEY}" == TOKEN_FILE
    assert CA.folder != TOKEN.folder
