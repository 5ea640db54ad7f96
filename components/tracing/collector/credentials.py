"""The Collector's credentials as files, and the digest that rolls its Pods when one of them changes."""

from collections.abc import Mapping, Sequence

import pulumi

from components.constants.files import CA_KEY, CLIENT_CERTIFICATE_KEY, CLIENT_KEY_KEY, CREDENTIALS_KEY
from components.kubernetes.checksums import checksum
from components.tracing.collector.configuration import credentials_configuration
from components.tracing.collector.destination import Destination


def credential_files(destinations: Sequence[Destination]) -> dict[str, pulumi.Input[str]]:
    """Return file name -> content: what the credentials' Secret holds. Without credentials it is empty.

    The CA of the first destination has a Secret of its own, which the guides name; those of others are here.
    """
    files: dict[str, pulumi.Input[str]] = {}
    if headers := {each.exporter: pulumi.Output.all(**each.headers) for each in destinations if each.headers}:
        values: pulumi.Output[dict[str, dict[str, str]]] = pulumi.Output.all(**headers)
        files[CREDENTIALS_KEY] = pulumi.Output.secret(values).apply(credentials_configuration)
    for each in destinations:
        backend, key = each.backend, each.credentials.client_key
        if each.name and backend.ca_certificate is not None:
            files[each.key(CA_KEY)] = backend.ca_certificate
        if backend.client_certificate is not None and key is not None:
            files[each.key(CLIENT_CERTIFICATE_KEY)] = backend.client_certificate
            files[each.key(CLIENT_KEY_KEY)] = pulumi.Output.secret(key)
    return files


def configuration_checksum(
    configuration: str, ca_certificate: str | None, files: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str]:
    """Return a digest of all that the Pods read at start, which a preview shows.

    Pulumi takes for a secret whatever comes from one, and would hide with the annotation that it changes. The digest is
    shown on purpose; see `checksums.checksum`.

    Arguments:
        configuration: the configuration without headers.
        ca_certificate: the CA in the CA Secret, PEM; `None` if the first backend has none of its own.
        files: what `credential_files` returns.
    """
    if not files:
        return pulumi.Output.from_input(checksum([configuration, ca_certificate, dict[str, str]()]))
    contents: pulumi.Output[dict[str, str]] = pulumi.Output.all(**files)
    return pulumi.Output.unsecret(contents.apply(lambda it: checksum([configuration, ca_certificate, it])))
