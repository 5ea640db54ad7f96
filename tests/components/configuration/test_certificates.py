"""The default root certificate, which comes from certifi's bundle by its name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.configuration.machinery import certificates
from components.configuration.machinery.problems import ConfigurationError
from components.configuration.reading import parse_settings
from tests.components.configuration.settings_support import RIGHT, authority

AFTER_ITS_END = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def forget_the_default() -> None:
    certificates.default_root.cache_clear()


def test_default_root_has_the_documented_name() -> None:
    assert "CN=ISRG Root X1" in certificates.default_root().subject.rfc4514_string()


def test_bundle_without_the_default_root_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bundle.pem").write_text(authority().pem)
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "bundle.pem"))

    with pytest.raises(ValueError, match="no certificate named ISRG Root X1"):
        certificates.default_root()


def test_expired_default_root_is_an_error_of_the_key_that_replaces_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(RIGHT, stack="dev", root=tmp_path, now=AFTER_ITS_END, secret_keys=["accessToken"])

    [problem] = caught.value.problems
    assert problem.key == "backendCaFile"
    assert problem.reason == (
        "it is not set, and its default can't be used: certificate 'ISRG Root X1' expired on 2035-06-04"
    )


def test_several_certificates_are_kept_in_order(tmp_path: Path) -> None:
    first, second = authority("First CA").pem, authority("Second CA").pem
    (tmp_path / "pool.pem").write_text(f"# our pool\n{first}\n{second}")

    pem = certificates.read_ca_file(tmp_path / "pool.pem", datetime(2026, 6, 1, tzinfo=UTC))

    assert pem == first + second
