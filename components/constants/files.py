"""Secrets and the files that they are mounted as: what the satellites and the backend are reached with."""

from typing import Final

from components.constants.names import COLLECTOR

#: Name and key that every guide gives the Secret with the satellites' CA; Istio's charts mount it by this name.
CA_SECRET: Final = "lightstep.cacert"  # noqa: S105 - the name of a Secret, not a secret
CA_KEY: Final = "cacert.pem"

#: Where every guide has the CA (`global.tracer.lightstep.cacertPath`).
CA_FOLDER: Final = "/etc/lightstep"
CA_FILE: Final = f"{CA_FOLDER}/{CA_KEY}"

#: The Secret that holds the access token for sidecars, its key, and where it is mounted.
TOKEN_SECRET: Final = "lightstep.access-token"  # noqa: S105 - the name of a Secret, not a secret
TOKEN_KEY: Final = "token"  # noqa: S105 - the name of a Secret's key, not a secret
TOKEN_FOLDER: Final = "/etc/lightstep-token"  # noqa: S105 - a folder
TOKEN_FILE: Final = f"{TOKEN_FOLDER}/{TOKEN_KEY}"

#: The ConfigMap's key and folder of the Collector's configuration; its Secret with the credentials, likewise.
CONFIGURATION_FOLDER: Final = "/etc/otelcol"
CONFIGURATION_KEY: Final = "config.yaml"
CREDENTIALS_SECRET: Final = f"{COLLECTOR}-credentials"
CREDENTIALS_FOLDER: Final = "/etc/otelcol-credentials"
CREDENTIALS_KEY: Final = "credentials.yaml"

#: Keys of a client certificate and its private key, as in Secrets of type `kubernetes.io/tls`.
CLIENT_CERTIFICATE_KEY: Final = "tls.crt"
CLIENT_KEY_KEY: Final = "tls.key"
