"""What the tests of settings share: a configuration that is right, and files to point it at."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from packaging.version import Version

from components.configuration.machinery.cluster_facts import ClusterFacts, OtherIstio, OwnIstio
from components.configuration.machinery.problems import ConfigurationError
from components.configuration.reading import parse_settings
from components.configuration.settings import Settings
from components.model.gateway_api import BUNDLE_VERSION, GATEWAYS, InstalledCrds
from local.certificates import Authority, KeyPair, new_authority, new_key
from tests.support.certificates import new_files

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
TOKEN = "correct-horse-battery"
SECRETS = frozenset(
    {
        *("accessToken", "backendClientKey", "backendHeaders", "gatewayCertificateKey"),
        *("mirrorAccessToken", "mirrorClientKey", "mirrorHeaders"),
    }
)
LIGHTSTEP: Mapping[str, str] = {"backend": "lightstep-us", "accessToken": TOKEN}
RIGHT: Mapping[str, str] = {"gcpProject": "my-project", **LIGHTSTEP}
IN_CLUSTER: Mapping[str, str] = {"gcpProject": "my-project"}
EXISTING: Mapping[str, str] = {"clusterKind": "existing", "kubeconfig": "kubeconfig.yaml", **LIGHTSTEP}
SATELLITES: Mapping[str, str] = {"backend": "lightstep-satellites", "backendAddress": "satellite.example.com:9292"}
OTLP: Mapping[str, str] = {"gcpProject": "my-project", "backend": "otlp", "backendAddress": "otlp.example.com:4317"}
DAY = timedelta(days=1)
NO_CRDS = InstalledCrds()

#: The file of the key that all certificates of clients and of the gateway have, and the key.
KEY_FILE = new_files().key
KEY = new_key(KEY_FILE)


def authority(name: str = "Pool CA", begins: datetime = NOW - DAY, ends: datetime = NOW + 365 * DAY) -> Authority:
    """Return a new authority; what it issues is valid as long as itself."""
    return new_authority(new_files(), name, ends - begins, begins)


def private_key_pem(key: PrivateKeyTypes = KEY, passphrase: str = "") -> str:
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def issued(issue: Callable[..., KeyPair], *names: object, key: Path = KEY_FILE) -> str:
    """Return the certificate that a method of an authority issues for names and a key."""
    return issue(KeyPair(new_files().certificate, key), *names).certificate.read_text()


def client_files() -> dict[str, str]:
    """Return client certificates and private keys, right and wrong, by the names of their files."""
    root = authority("Root CA")
    above = root.authority(new_files(), "Clients' CA")
    client = issued(above.client, "mesh")
    return {
        "client.pem": client,
        "client-chain.pem": client + above.pem + root.pem,
        "client-reversed.pem": above.pem + client,
        "client-expiring.pem": issued(authority(ends=NOW + 29 * DAY).client, "mesh"),
        "client-for-servers.pem": issued(above.server, "mesh"),
        "client-with-key.pem": client + private_key_pem(),
        "client-key.pem": private_key_pem(),
        "backend-client.pem": client,
        "backend-client-key.pem": private_key_pem(),
        "client-key-sec1.pem": KEY_FILE.read_text(),
        "other-key.pem": private_key_pem(new_key(new_files().key)),
        "encrypted-key.pem": private_key_pem(passphrase="open sesame"),
        "x25519-key.pem": private_key_pem(x25519.X25519PrivateKey.generate()),
        "garbled-key.pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    }


def gateway_files() -> dict[str, str]:
    """Return the gateway's certificates and their key by the names of their files."""
    hosts = ("www.example.com", "*.shop.example.com")
    servers, expired = authority("Servers' CA"), authority(begins=NOW - 9 * DAY, ends=NOW - 2 * DAY)
    p384 = new_files().key
    p384.write_text(private_key_pem(ec.generate_private_key(ec.SECP384R1())))
    return {
        "gateway.pem": issued(servers.server, "gateway", hosts),
        "gateway-key.pem": private_key_pem(),
        "gateway-for-clients.pem": issued(servers.client, "gateway"),
        # An authority's own certificate names no use, and no hosts.
        "gateway-without-names.pem": servers.authority(KeyPair(new_files().certificate, KEY_FILE), "gateway").pem,
        "gateway-expired.pem": issued(expired.server, "gateway", hosts),
        "gateway-p384.pem": issued(servers.server, "gateway", hosts, key=p384),
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


def crds(release: str | None) -> str:
    """Return a file with the Gateway API's CRDs of a release, as far as they are looked at."""
    metadata: dict[str, Any] = {"name": GATEWAYS}
    if release:
        metadata["annotations"] = {BUNDLE_VERSION: release}
    return yaml.safe_dump_all([{"metadata": {"name": "gatewayclasses"}}, {"metadata": metadata}])


def read(
    raw: Mapping[str, str],
    root: Path,
    stack: str = "dev",
    secret_keys: frozenset[str] = SECRETS,
    *,
    kubernetes: str | None = None,
    others: Sequence[str] = (),
    own: Sequence[OwnIstio] = (),
    found: InstalledCrds | None = NO_CRDS,
    api_groups: Sequence[str] | None = None,
) -> Settings:
    """Return the settings that `raw` describes.

    An existing cluster's API server says that it is of version `kubernetes`, and has an Istio that Helm installed of
    each of the revisions `others`, those in `own` that Pulumi installed, the Gateway API's CRDs `found`, and serves
    `api_groups`, unless that is not known.
    """
    istios = tuple(OtherIstio(f"injector-of-{revision}", revision, ("helm",)) for revision in others)
    groups = None if api_groups is None else frozenset(api_groups)
    facts = ClusterFacts(Version(kubernetes) if kubernetes else None, istios, tuple(own), groups)
    return parse_settings(
        raw,
        stack=stack,
        root=root,
        now=NOW,
        secret_keys=secret_keys,
        cluster=lambda _: facts,
        installed_crds=lambda _: found,
    )


def message(raw: Mapping[str, str], root: Path, **asked: Any) -> str:
    """Return the error that `read` gives; it is an error of the test if it gives none."""
    try:
        settings = read(raw, root, **asked)
    except ConfigurationError as error:
        return str(error)
    raise AssertionError(f"nothing was found wrong: {settings!r}")


def fill(project: Path) -> None:
    """Write the files that the tables of wrong configurations, and the fixes of their errors, point at."""
    (project / ".kube").mkdir()
    for name, content in {
        "kubeconfig.yaml": kubeconfig(),
        ".kube/config": kubeconfig(),
        "no-current-context.yaml": kubeconfig(**{"current-context": ""}),
        "no-contexts.yaml": kubeconfig(contexts=[]),
        "no-user.yaml": kubeconfig(users=[]),
        "endless-ca.yaml": kubeconfig(clusters=[{"name": "kind", "cluster": {"certificate-authority": "/dev/zero"}}]),
        "endless-token.yaml": kubeconfig(users=[{"name": "admin", "user": {"tokenFile": "/dev/zero"}}]),
        "deep.yaml": "[" * 9999,
        "date.yaml": "a: 2026-02-30\n",
        "merged.yaml": "a: &a {b: c}\nd: {<<: [*a, *a]}\n",
        "latin-1.yaml": "café: 1\n".encode("latin-1"),
        "missing-ca.yaml": kubeconfig(clusters=[{"name": "kind", "cluster": {"certificate-authority": "gone.crt"}}]),
        "deployment.yaml": "kind: Deployment\n",
        "standard-install.yaml": crds("v1.6.0"),
        "gateway-api-1.3.yaml": crds("v1.3.0"),
        "gateway-api-1.1.yaml": crds("v1.1.0"),
        "gateway-api-unmarked.yaml": crds(None),
        "list.yaml": "- one\n",
        "broken.yaml": "a: [\n",
        "good-ca.pem": authority().pem,
        "backend-ca.pem": authority().pem,
        "empty.pem": "",
        "der.pem": x509.load_pem_x509_certificate(authority().pem.encode()).public_bytes(Encoding.DER),
        "garbled.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "public-key.pem": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "with-key.pem": authority().pem + private_key_pem(),
        "server.pem": issued(authority().server, "pool.example.com"),
        "expired.pem": authority(begins=NOW - 30 * DAY, ends=NOW - DAY).pem,
        "expiring.pem": authority(ends=NOW + 29 * DAY).pem,
        "future.pem": authority(begins=NOW + 2 * DAY).pem,
        **client_files(),
        **gateway_files(),
        "bundle.pem": authority("First CA").pem + authority("Second CA", NOW - 30 * DAY, NOW - DAY).pem,
    }.items():
        (project / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    os.mkfifo(project / "pipe")
    (project / "huge").touch()
    os.truncate(project / "huge", 8 << 30)  # sparse: it takes no room
    (project / "dangling").symlink_to("gone")
    (project / "to-a-device").symlink_to("/dev/zero")
    charts(project / "charts-endless", base="1.31.4")
    (project / "charts-endless" / "istiod").mkdir()
    (project / "charts-endless" / "istiod" / "Chart.yaml").symlink_to("/dev/zero")
    charts(project / "charts-1.27.0", base="1.27.0", istiod="1.27.0", cni="1.27.0")
    charts(project / "charts-mixed", base="1.27.0", istiod="1.26.0", cni="1.27.0")
    charts(project / "charts-without-cni", base="1.27.0", istiod="1.27.0")
    charts(project / "charts-base-only", base="1.27.0")
    (project / "charts-unversioned" / "base").mkdir(parents=True)
    (project / "charts-unversioned" / "base" / "Chart.yaml").write_text("name: base\n")
