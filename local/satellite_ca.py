"""A certificate authority such as an on-premise satellite pool has, for local environments."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from local.certificates import KeyPair, new_authority

#: Subject and issuer of the certificate.
COMMON_NAME: Final = "Sandbox satellite CA"

_VALIDITY: Final = timedelta(days=3650)


def ensure_satellite_ca(certificate_file: Path) -> None:
    """Make the certificate, and its key beside it (`.key`), unless they exist.

    Arguments:
        certificate_file: the PEM file to write; valid for 10 years.
    """
    files = KeyPair(certificate_file, certificate_file.with_suffix(".key"))
    if not files.certificate.exists() or not files.key.exists():
        certificate_file.parent.mkdir(parents=True, exist_ok=True)
        new_authority(files, COMMON_NAME, _VALIDITY)
