"""The tracing backend beside the cluster: what takes spans with a token over TLS, Jaeger, and Zipkin's page.

Collector (in the cluster) -> TLS, token -> satellite -> Jaeger, whose API answers questions
-> Zipkin, whose page people look at
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components.backends.jaeger import JaegerAddresses, jaeger_configuration
from components.constants.ports import JAEGER_QUERY_PORT, ZIPKIN_PORT
from demo.layout import (
    BACKEND_HOST,
    BACKEND_PORT,
    JAEGER_OTLP_PORT,
    NODE_ADDRESS,
    Layout,
)
from local.certificates import Authority, KeyPair
from local.ports import LOOPBACK


def write_backend(layout: Layout, authority: Authority, token: str) -> None:
    """Write the backend's certificate, configuration and token.

    Arguments:
        layout: the node's files.
        authority: signs the certificate; the stack names its certificate as the backend's CA.
        token: the value of the header `authorization` that the satellite asks for.
    """
    folder = layout.backend
    folder.mkdir(parents=True, mode=0o700)
    certificate = authority.server(certificate_files(layout), BACKEND_HOST)
    token_file = folder / "token"
    token_file.touch(mode=0o600)
    token_file.write_text(token, encoding="utf-8")
    for name, content in {"satellite": satellite(certificate, token_file), "jaeger": jaeger()}.items():
        configuration_file(layout, name).write_text(yaml.safe_dump(content), encoding="utf-8")


def configuration_file(layout: Layout, name: str) -> Path:
    """Return where the configuration of the satellite or of Jaeger is."""
    return layout.backend / f"{name}.yaml"


def certificate_files(layout: Layout) -> KeyPair:
    """Return where the backend's certificate and key are."""
    return KeyPair(layout.backend / "server.crt", layout.backend / "server.key")


def satellite(certificate: KeyPair, token_file: Path) -> Mapping[str, Any]:
    """Return the satellite's configuration: it hands every span on at once, and only says that it took what it did."""
    tls = {"cert_file": str(certificate.certificate), "key_file": str(certificate.key)}
    receiver = {
        "endpoint": f"{NODE_ADDRESS}:{BACKEND_PORT}",
        "tls": tls,
        "auth": {"authenticator": "bearertokenauth"},
    }
    return {
        # The file holds the header's whole value, so no scheme is put before it.
        "extensions": {"bearertokenauth": {"scheme": "", "filename": str(token_file)}},
        "receivers": {"otlp": {"protocols": {"grpc": receiver}}},
        "exporters": {
            "otlp": {"endpoint": f"{LOOPBACK}:{JAEGER_OTLP_PORT}", "tls": {"insecure": True}},
            "zipkin": {"endpoint": f"http://{LOOPBACK}:{ZIPKIN_PORT}/api/v2/spans"},
        },
        "service": {
            "extensions": ["bearertokenauth"],
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["otlp", "zipkin"]}},
        },
    }


def jaeger() -> Mapping[str, Any]:
    """Return Jaeger's configuration: spans by OTLP, kept in memory, questions by its HTTP API."""
    return jaeger_configuration(
        JaegerAddresses(
            otlp_grpc=f"{LOOPBACK}:{JAEGER_OTLP_PORT}",
            query=f"{LOOPBACK}:{JAEGER_QUERY_PORT}",
            query_grpc=f"{LOOPBACK}:{JAEGER_QUERY_PORT - 1}",
        )
    )


def zipkin_environment() -> Mapping[str, str]:
    """Return the environment variables that make Zipkin keep spans in memory and answer inside the node alone."""
    return {"STORAGE_TYPE": "mem", "QUERY_PORT": str(ZIPKIN_PORT), "ARMERIA_OPTS": "", "HTTP_COLLECTOR_ENABLED": "true"}
