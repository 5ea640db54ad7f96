"""What the tests of settings share: a configuration that is right, and files to point it at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from components.configuration.errors import ConfigurationError
from components.settings import Settings

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
TOKEN = "correct-horse-battery"
RIGHT: Mapping[str, str] = {"gcpProject": "my-project", "accessToken": TOKEN}
EXISTING: Mapping[str, str] = {"clusterKind": "existing", "kubeconfig": "kubeconfig.yaml", "accessToken": TOKEN}
KEY = ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Ca:
    """A certificate to be made; by default a CA valid for a year."""

    name: str = "Pool CA"
    authority: bool = True
    begins: datetime = NOW - timedelta(days=1)
    ends: datetime = NOW + timedelta(days=365)

    def pem(self) -> bytes:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(KEY.public_key())
            .serial_number(1)
            .not_valid_before(self.begins)
            .not_valid_after(self.ends)
            .add_extension(x509.BasicConstraints(ca=self.authority, path_length=None), critical=True)
            .sign(KEY, hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )


def private_key_pem() -> bytes:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


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


def read(raw: Mapping[str, str], root: Path, stack: str = "dev", secret_keys: frozenset[str] | None = None) -> Settings:
    secrets = frozenset({"accessToken"}) if secret_keys is None else secret_keys
    return Settings.parse(raw, stack=stack, root=root, now=NOW, secret_keys=secrets)


def message(raw: Mapping[str, str], root: Path, stack: str = "dev", secret_keys: frozenset[str] | None = None) -> str:
    """Return the error that a configuration gives; it is an error of the test if it gives none."""
    try:
        settings = read(raw, root, stack, secret_keys)
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
        "empty.pem": b"",
        "der.pem": x509.load_pem_x509_certificate(Ca().pem()).public_bytes(Encoding.DER),
        "garbled.pem": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "public-key.pem": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "with-key.pem": Ca().pem() + private_key_pem(),
        "server.pem": Ca("pool.example.com", authority=False).pem(),
        "expired.pem": Ca(begins=NOW - 30 * day, ends=NOW - day).pem(),
        "expiring.pem": Ca(ends=NOW + 29 * day).pem(),
        "future.pem": Ca(begins=NOW + 2 * day).pem(),
        "bundle.pem": Ca("First CA").pem() + Ca("Second CA", begins=NOW - 30 * day, ends=NOW - day).pem(),
    }.items():
        (project / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    charts(project / "charts-1.27.0", base="1.27.0", istiod="1.27.0")
    charts(project / "charts-mixed", base="1.27.0", istiod="1.26.0")
    charts(project / "charts-base-only", base="1.27.0")
    (project / "charts-unversioned" / "base").mkdir(parents=True)
    (project / "charts-unversioned" / "base" / "Chart.yaml").write_text("name: base\n")
