"""The Collector's credentials as files, and the digest that rolls its Pods when one of them changes."""

from collections.abc import Mapping

import pulumi

from components.backends.backend import Backend
from components.constants.files import CLIENT_CERTIFICATE_KEY, CLIENT_KEY_KEY, CREDENTIALS_KEY
from components.kubernetes.checksums import checksum
from components.tracing.collector.configuration import credentials_configuration


def credential_files(
    backend: Backend, headers: Mapping[str, pulumi.Input[str]], client_key: pulumi.Input[str] | None
) -> dict[str, pulumi.Input[str]]:
    """Return file name -> content: what the credentials' Secret holds. Without credentials it is empty.

    Arguments:
        backend: where the spans go.
        headers: all headers, the access token's among them -> value, secrets.
        client_key: private key of the backend's client certificate, PEM, a secret; `None` without one.
    """
    files: dict[str, pulumi.Input[str]] = {}
    if headers:
        values: pulumi.Output[dict[str, str]] = pulumi.Output.all(**headers)
        files[CREDENTIALS_KEY] = pulumi.Output.secret(values).apply(lambda it: credentials_configuration(backend, it))
    if backend.client_certificate is not None and client_key is not None:
        files[CLIENT_CERTIFICATE_KEY] = backend.client_certificate
        files[CLIENT_KEY_KEY] = pulumi.Output.secret(client_key)
    return files


def configuration_checksum(
    configuration: str, ca_certificate: str | None, files: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str]:
    """Return a digest of all that the Pods read at start, which a preview shows.

    Pulumi takes for a secret whatever comes from one, and would hide with the annotation that it changes. The digest is
    shown on purpose; see `checksums.checksum`.

    Arguments:
        configuration: the configuration without headers.
        ca_certificate: the CA that verifies the backend, PEM; `None` if it has none of its own.
        files: what `credential_files` returns.
    """
    if not files:
        return pulumi.Output.from_input(checksum([configuration, ca_certificate, dict[str, str]()]))
    contents: pulumi.Output[dict[str, str]] = pulumi.Output.all(**files)
    return pulumi.Output.unsecret(contents.apply(lambda it: checksum([configuration, ca_certificate, it])))
