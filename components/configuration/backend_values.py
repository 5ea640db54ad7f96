"""The values that keys of a tracing backend take: what reads and checks each of them."""

import re
from base64 import b64decode
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, InstanceOf, SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import AuthScheme
from components.configuration.machinery.certificate_chains import read_client_chain, read_private_key
from components.configuration.machinery.certificates import CertificateFile, read_ca_file
from components.configuration.machinery.entries import each
from components.configuration.machinery.types import from_file, from_text, json_object, matching, project_path

#: Headers that HTTP and OTLP exporters write themselves.
TRANSPORT_HEADERS: Final = (
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
)


def _access_token(text: str) -> SecretStr:
    if not text:
        raise ValueError("it is empty")
    if text != text.strip():
        raise ValueError("it begins or ends with white space or a line break")
    if scheme := _scheme(text):
        raise ValueError(
            f"it begins with {scheme}; leave that out where the backend has a form of its own (docs/tracing.md), and "
            "give any other backend the whole authorization as one of its headers"
        )
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("it contains characters that a request header can't carry")
    return SecretStr(text)


def _scheme(text: str) -> str:
    """Return the word of an authorization at the beginning of a text; empty if there is none."""
    found = re.match(rf"({'|'.join(AuthScheme)})(?=\s)", text, re.IGNORECASE)
    return found.group() if found else ""


def _header(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.-]+", text):
        raise ValueError
    if text.startswith("grpc-") or text.endswith("-bin"):
        raise ValueError("gRPC keeps names that begin with grpc- or end with -bin to itself")
    if text in TRANSPORT_HEADERS:
        raise ValueError("every request has a header of that name already")
    return text


def _headers(text: str) -> dict[str, SecretStr]:
    """Read header -> value. A name may be a value in the wrong place, so entries are named by their positions."""
    items = json_object(text).items()
    read = each(items, lambda item: (_header(item[0]), _header_value(item[1])), "the name is no lower-case header name")
    return dict(read)


def _header_value(value: object) -> SecretStr:
    if not isinstance(value, str):
        raise ValueError("the value is no text")
    if not value:
        raise ValueError("the value is empty")
    if value != value.strip():
        raise ValueError("the value begins or ends with white space or a line break")
    if not re.fullmatch(r"[ -~]+", value):
        raise ValueError("the value contains characters that a request header can't carry")
    if scheme := _scheme(value):
        _check_authorization(scheme, value.removeprefix(scheme).strip())
    return SecretStr(value)


def _check_authorization(scheme: str, credential: str) -> None:
    if _scheme(credential):
        raise ValueError(f"the value has two words in front of its credential, {scheme} and {_scheme(credential)}")
    if scheme.lower() == AuthScheme.BASIC.lower() and not _is_user_and_password(credential):
        raise ValueError(f"what follows {scheme} in the value is no base64 of <user>:<password>")


def _is_user_and_password(encoded: str) -> bool:
    try:
        return b":" in b64decode(encoded, validate=True)
    except ValueError:
        return False


Address: TypeAlias = Annotated[InstanceOf[BackendAddress], from_text(BackendAddress.parse)]
AccessToken: TypeAlias = Annotated[SecretStr, from_text(_access_token)]
HeaderName: TypeAlias = Annotated[str, AfterValidator(_header)]
Headers: TypeAlias = Annotated[dict[str, SecretStr], from_text(_headers)]
TracesPath: TypeAlias = Annotated[
    str,
    matching(r"/[A-Za-z0-9._~%:@!&+,;=/-]*", "a path that begins with /, of letters, digits and ._~%:@!&+,;=/-"),
]
CaFile: TypeAlias = Annotated[
    InstanceOf[CertificateFile],
    from_file(lambda text, around: CertificateFile(text, read_ca_file(project_path(text, around.root), around.now))),
]
ClientCertificateFile: TypeAlias = Annotated[
    InstanceOf[CertificateFile],
    from_file(
        lambda text, around: CertificateFile(text, read_client_chain(project_path(text, around.root), around.now))
    ),
]
PrivateKey: TypeAlias = Annotated[SecretStr, from_text(lambda text: SecretStr(read_private_key(text)))]
