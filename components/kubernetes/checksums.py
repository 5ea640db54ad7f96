"""Digests that may be shown although secrets went into them."""

import hashlib
import json

#: Fixed, so that the same contents always give the same digest.
_SALT = b"traced-mesh/configuration-checksum"


def checksum(contents: object) -> str:
    """Return a digest of plain data, 32 hexadecimal digits, that a preview may show.

    scrypt makes each guess at a weak secret take some 50 ms and 16 MiB, and a strong one can't be guessed. Its costs
    are those that Python's documentation recommends (https://docs.python.org/3/library/hashlib.html#hashlib.scrypt).

    Arguments:
        contents: plain data as JSON knows it.
    """
    text = json.dumps(contents, sort_keys=True).encode()
    return hashlib.scrypt(text, salt=_SALT, n=2**14, r=8, p=1, dklen=16).hex()
