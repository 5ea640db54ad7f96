"""The types of the configuration values that describe the tracing backend and what opens it.

As in `fields`, a `ValueError` never repeats what was given.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, InstanceOf, SecretStr

from components.backends.address import BackendAddress
from components.configuration.certificate_chains import read_client_chain, read_private_key
from components.configuration.certificates import read_ca_file
from components.configuration.fields import from_file, from_text, json_object, matching, project_path

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


@dataclass(frozen=True)
class CertificateFile:
    """A file of certificates.

    Arguments:
        text: its path as written in configuration.
        pem: its certificates as PEM text.
    """

    text: str
    pem: str

    def __str__(self) -> str:
        return self.text


def _access_token(text: str) -> SecretStr:
    if not text:
        raise ValueError("it is empty")
    if text != text.strip():
        raise ValueError("it begins or ends with white space or a line break")
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("it contains characters that a request header can't carry")
    return SecretStr(text)


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
    headers: dict[str, SecretStr] = {}
    for position, (name, value) in enumerate(json_object(text).items(), start=1):
        try:
            headers[_header(name)] = _header_value(value)
        except ValueError as error:
            raise ValueError(f"entry {position}: {str(error) or 'the name is no lower-case header name'}") from error
    return headers


def _header_value(value: object) -> SecretStr:
    if not isinstance(value, str):
        raise ValueError("the value is no text")  # noqa: TRY004 - pydantic collects ValueError, and lets TypeError pass
    if not value:
        raise ValueError("the value is empty")
    if value != value.strip():
        raise ValueError("the value begins or ends with white space or a line break")
    if not re.fullmatch(r"[ -~]+", value):
        raise ValueError("the value contains characters that a request header can't carry")
    return SecretStr(value)


Address: TypeAlias = Annotated[InstanceOf[BackendAddress], from_text(BackendAddress.parse)]
AccessToken: TypeAlias = Annotated[SecretStr, from_text(_access_token)]
HeaderName: TypeAlias = Annotated[str, AfterValidator(_header)]
Headers: TypeAlias = Annotated[dict[str, SecretStr], from_text(_headers)]
TracesPath: TypeAlias = Annotated[str, matching(r"/[A-Za-z0-9._~%:@!&+,;=/-]*")]
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
