"""Network addresses as people write them in configuration: the backend's `host:port`, and plain hosts."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII | re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\[(?P<host>[^\[\]]*)\](?P<rest>.*)", re.DOTALL)
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True)
class BackendAddress:
    """Where spans are sent: a host and a TCP port.

    Arguments:
        host: a DNS name, an IPv4 address, or an IPv6 address without brackets.
        port: from 1 to 65535.
    """

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "BackendAddress":
        """Read `host:port`, an IPv6 host in brackets.

        Raises:
            ValueError: for anything else. The message never repeats `text`, which may hold a password.
        """
        _refuse_url_parts(text)
        bracketed = _BRACKETED.fullmatch(text)
        if bracketed:
            host, rest = _ipv6(bracketed["host"]), bracketed["rest"]
        elif text.count(":") > 1:
            raise ValueError("an IPv6 address must stand in brackets, for example [2001:db8::1]:443")
        else:
            name, colon, port = text.partition(":")
            host, rest = check_host(name), colon + port
        if not rest.startswith(":"):
            raise ValueError("the port is missing")
        return cls(host, _port(rest.removeprefix(":")))

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP address and not a name."""
        return ":" in self.host or self.host.rpartition(".")[2].isdigit()

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def check_host(text: str) -> str:
    """Return `text` if it is a DNS name or an IPv4 address.

    Raises:
        ValueError: if it is neither.
    """
    if not text:
        raise ValueError("the host is missing")
    labels = text.removesuffix(".").split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("the host is neither a DNS name nor an IP address")
    if labels[-1].isdigit():  # no top-level domain is a number, so this can only be meant as an IPv4 address
        try:
            IPv4Address(text)
        except AddressValueError as error:
            raise ValueError("the host looks like an IPv4 address but is not one") from error
    return text


def _refuse_url_parts(text: str) -> None:
    if any(character.isspace() for character in text):
        raise ValueError("it contains white space")
    if "@" in text:
        raise ValueError("it carries a user name or password; credentials go into accessToken")
    if "://" in text:
        raise ValueError("it has a scheme; leave out everything up to and including ://")
    if re.search(r"[/?#]", text):
        raise ValueError("it has a path; leave out everything after the port")


def _ipv6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except AddressValueError as error:
        raise ValueError("the brackets do not hold an IPv6 address") from error
    if address.scope_id:
        raise ValueError("an IPv6 address with a zone is valid on one machine only")
    return str(address)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= _HIGHEST_PORT):
        raise ValueError(f"the port is not a number from 1 to {_HIGHEST_PORT}")
    return int(text)
