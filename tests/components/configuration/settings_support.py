"""What the tests of settings share: a configuration that is right, and files to point it at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from packaging.version import Version

from components.configuration.machinery.problems import ConfigurationError
from components.configuration.reading import parse_settings
from components.configuration.settings import Settings

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
TOKEN = "correct-horse-battery"
SECRETS = frozenset({"accessToken", "backendClientKey", "backendHeaders", "gatewayCertificateKey"})
RIGHT: Mapping[str, str] = {"gcpProject": "my-project", "accessToken": TOKEN}
EXISTING: Mapping[str, str] = {"clusterKind": "existing", "kubeconfig": "kubeconfig.yaml", "accessToken": TOKEN}
SATELLITES: Mapping[str, str] = {"backend": "lightstep-satellites", "backendAddress": "satellite.example.com:9292"}
OTLP: Mapping[str, str] = {"gcpProject": "my-project", "backend": "otlp", "backendAddress": "otlp.example.com:4317"}
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Ca:
    """A certificate to be made; by default a CA valid for a year, issued by itself and for any use."""

    name: str = "Pool CA"
    authority: bool = True
    begins: datetime = NOW - timedelta(days=1)
    ends: datetime = NOW + timedelta(days=365)
    issuer: str = ""
    use: x509.ObjectIdentifier | None = None
    hosts: tuple[str, ...] = ()
    key: ec.EllipticCurvePrivateKey = KEY

    def pem(self) -> bytes:
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(self.name))
            .issuer_name(_name(self.issuer or self.name))
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(self.begins)
            .not_valid_after(self.ends)
            .add_extension(x509.BasicConstraints(ca=self.authority, path_length=None), critical=True)
        )
        if self.use:
            certificate = certificate.add_extension(x509.ExtendedKeyUsage([self.use]), critical=False)
        if self.hosts:
            names = x509.SubjectAlternativeName([x509.DNSName(host) for host in self.hosts])
            certificate = certificate.add_extension(names, critical=False)
        return certificate.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def private_key_pem(key: PrivateKeyTypes = KEY, passphrase: str = "") -> bytes:
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def client_files() -> dict[str, bytes]:
    """Return client certificates and private keys, right and wrong, by the names of their files."""
    client = Ca("mesh", authority=False, issuer="Clients' CA", use=ExtendedKeyUsageOID.CLIENT_AUTH)
    above = Ca("Clients' CA", issuer="Root CA")
    return {
        "client.pem": client.pem(),
        "client-chain.pem": client.pem() + above.pem() + Ca("Root CA").pem(),
        "client-reversed.pem": above.pem() + client.pem(),
        "client-expiring.pem": replace(client, ends=NOW + timedelta(days=29)).pem(),
        "client-for-servers.pem": replace(client, use=ExtendedKeyUsageOID.SERVER_AUTH).pem(),
        "client-with-key.pem": client.pem() + private_key_pem(),
        "client-key.pem": private_key_pem(),
        "backend-client.pem": client.pem(),
        "backend-client-key.pem": private_key_pem(),
        "client-key-sec1.pem": KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "other-key.pem": private_key_pem(OTHER_KEY),
        "encrypted-key.pem": private_key_pem(passphrase="open sesame"),
        "x25519-key.pem": private_key_pem(x25519.X25519PrivateKey.generate()),
        "garbled-key.pem": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    }


def gateway_files() -> dict[str, bytes]:
    """Return the gateway's certificates and their key by the names of their files."""
    hosts = ("www.example.com", "*.shop.example.com")
    server = Ca("gateway", authority=False, issuer="Servers' CA", use=ExtendedKeyUsageOID.SERVER_AUTH, hosts=hosts)
    return {
        "gateway.pem": server.pem(),
        "gateway-key.pem": private_key_pem(),
        "gateway-for-clients.pem": replace(server, use=ExtendedKeyUsageOID.CLIENT_AUTH).pem(),
        "gateway-without-names.pem": replace(server, hosts=()).pem(),
        "gateway-expired.pem": replace(server, begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=2)).pem(),
        "gateway-p384.pem": replace(server, key=ec.generate_private_key(ec.SECP384R1())).pem(),
    }


def kubeconfig(**changes: Any) -> str:
    content: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "kind-mesh",
        "clusters": [{"name": "kind", "cluster": {"server": "https://127.0.0.1:6443"}}],
        "users": [{"name": "admin", "user": {"token": "kubeconfig-token"}}],
        "contexts": [
            {"name": "kind-mesh", "context": {"cluster": "kind", "user": "admin"}},
            {"name": "lost", "context": {"cluster": "gone", "user": "admin"}},
        ],
    }
    return yaml.safe_dump(content | changes)


def charts(folder: Path, **versions: str) -> None:
    for chart, version in versions.items():
        (folder / chart).mkdir(parents=True)
        (folder / chart / "Chart.yaml").write_text(f"name: {chart}\nversion: {version}\n")


def read(
    raw: Mapping[str, str],
    root: Path,
    stack: str = "dev",
    secret_keys: frozenset[str] = SECRETS,
    kubernetes: str | None = None,
) -> Settings:
    """Return the settings that `raw` describes; `kubernetes` is what an existing cluster's API server says it is."""
    version = Version(kubernetes) if kubernetes else None
    return parse_settings(
        raw, stack=stack, root=root, now=NOW, secret_keys=secret_keys, server_version=lambda _: version
    )


def message(
    raw: Mapping[str, str],
    root: Path,
    stack: str = "dev",
    secret_keys: frozenset[str] = SECRETS,
    kubernetes: str | None = None,
) -> str:
    """Return the error that a configuration gives; it is an error of the test if it gives none."""
    try:
        settings = read(raw, root, stack, secret_keys, kubernetes)
    except ConfigurationError as error:
        return str(error)
    raise AssertionError(f"nothing was found wrong: {settings!r}")


def fill(project: Path) -> None:
    """Write the files that the tables of wrong configurations point at."""
    day = timedelta(days=1)
    for name, content in {
        "kubeconfig.yaml": kubeconfig(),
        "no-current-context.yaml": kubeconfig(**{"current-context": ""}),
        "no-contexts.yaml": kubeconfig(contexts=[]),
        "no-user.yaml": kubeconfig(users=[]),
        "missing-ca.yaml": kubeconfig(clusters=[{"name": "kind", "cluster": {"certificate-authority": "gone.crt"}}]),
        "deployment.yaml": "kind: Deployment\n",
        "list.yaml": "- one\n",
        "broken.yaml": "a: [\n",
        "good-ca.pem": Ca().pem(),
        "backend-ca.pem": Ca().pem(),
        "empty.pem": b"",
        "der.pem": x509.load_pem_x509_certificate(Ca().pem()).public_bytes(Encoding.DER),
        "garbled.pem": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "public-key.pem": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "with-key.pem": Ca().pem() + private_key_pem(),
        "server.pem": Ca("pool.example.com", authority=False).pem(),
        "expired.pem": Ca(begins=NOW - 30 * day, ends=NOW - day).pem(),
        "expiring.pem": Ca(ends=NOW + 29 * day).pem(),
        "future.pem": Ca(begins=NOW + 2 * day).pem(),
        **client_files(),
        **gateway_files(),
        "bundle.pem": Ca("First CA").pem() + Ca("Second CA", begins=NOW - 30 * day, ends=NOW - day).pem(),
    }.items():
        (project / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    charts(project / "charts-1.27.0", base="1.27.0", istiod="1.27.0")
    charts(project / "charts-mixed", base="1.27.0", istiod="1.26.0")
    charts(project / "charts-base-only", base="1.27.0")
    (project / "charts-unversioned" / "base").mkdir(parents=True)
    (project / "charts-unversioned" / "base" / "Chart.yaml").write_text("name: base\n")
