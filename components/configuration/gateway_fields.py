"""The types of the configuration values that describe the ingress gateway.

As in `fields`, a `ValueError` never repeats what was given.
"""

import re
from ipaddress import IPv4Address, ip_address
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field, InstanceOf, SecretStr

from components.backends.address import check_host
from components.configuration.backend_fields import CertificateFile
from components.configuration.certificate_chains import read_private_key, read_server_chain
from components.configuration.entries import Entry, entry
from components.configuration.fields import from_file, from_text, json_list, json_object, matching, one_of, project_path
from components.configuration.gke_fields import cidr
from components.constants.choices import IssuerKind

#: Stands for every host.
ANY_HOST: Final = "*"

_OBJECT_NAME: Final = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"


class IssuerEntry(Entry):
    """An issuer of certificates, as it stands in configuration."""

    kind: Annotated[IssuerKind, one_of(IssuerKind), Field(description=f"one of {', '.join(IssuerKind)}")]
    name: Annotated[str, matching(_OBJECT_NAME), Field(description="the name of an object in the cluster")]


def _hosts(text: str) -> tuple[str, ...]:
    hosts: list[str] = []
    for position, value in enumerate(json_list(text), start=1):
        try:
            hosts.append(_host(value))
        except ValueError as error:
            raise ValueError(f"entry {position}: {error}") from error
    if not hosts:
        raise ValueError("it is empty, so nobody would be let in")
    if len(set(hosts)) < len(hosts):
        raise ValueError("one of them is listed more than once")
    if ANY_HOST in hosts and len(hosts) > 1:
        raise ValueError("* is every host already")
    return tuple(hosts)


def _host(value: object) -> str:
    if value == ANY_HOST:
        return ANY_HOST
    if not isinstance(value, str):
        raise ValueError("it is no text")  # noqa: TRY004 - pydantic collects ValueError, and lets TypeError pass
    name = value.removeprefix("*.")
    check_host(name)
    if "." not in name or name.endswith(".") or re.search(r"[A-Z_]", name) or name.rpartition(".")[2].isdigit():
        raise ValueError("it is no full DNS name in lower case, such as www.example.com")
    return value


def _source_ranges(text: str) -> tuple[str, ...]:
    ranges: list[str] = []
    for position, value in enumerate(json_list(text), start=1):
        try:
            ranges.append(_source_range(value))
        except ValueError as error:
            raise ValueError(f"entry {position}: {error}") from error
    return tuple(ranges)


def _source_range(value: object) -> str:
    if not isinstance(value, str) or "/" not in value:
        raise ValueError("it is no network in CIDR notation such as 203.0.113.0/24")
    cidr(value)
    return value


def _address(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise ValueError from error
    if not isinstance(address, IPv4Address):
        raise ValueError("Google's load balancers take an IPv4 address here")  # noqa: TRY004 - as above
    return text


Hosts: TypeAlias = Annotated[tuple[str, ...], from_text(_hosts)]
SourceRanges: TypeAlias = Annotated[tuple[str, ...], from_text(_source_ranges)]
Ipv4: TypeAlias = Annotated[str, AfterValidator(_address)]
SecretName: TypeAlias = Annotated[str, matching(_OBJECT_NAME)]
Issuer: TypeAlias = Annotated[
    InstanceOf[IssuerEntry] | None, from_text(lambda text: entry(IssuerEntry, json_object(text)))
]
ServerCertificateFile: TypeAlias = Annotated[
    InstanceOf[CertificateFile],
    from_file(
        lambda text, around: CertificateFile(text, read_server_chain(project_path(text, around.root), around.now))
    ),
]
ServerKey: TypeAlias = Annotated[SecretStr, from_text(lambda text: SecretStr(read_private_key(text)))]
