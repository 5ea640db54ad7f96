"""Files for the certificates of tests, which go with the process, and authorities in them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from local.certificates import Authority, KeyPair, new_authority

_FOLDER = TemporaryDirectory()
_NUMBERS = count()


def new_files() -> KeyPair:
    """Return where a further certificate and its key can lie."""
    number = next(_NUMBERS)
    return KeyPair(Path(_FOLDER.name, f"{number}.crt"), Path(_FOLDER.name, f"{number}.key"))


def authority(name: str) -> Authority:
    """Return a new authority; one of the same name is another."""
    return new_authority(new_files(), name)


def expired_authority() -> Authority:
    """Return an authority whose certificate expired an hour ago."""
    hour = timedelta(hours=1)
    return new_authority(new_files(), "expired", hour, datetime.now(UTC) - 2 * hour)
