"""What of a person's kubeconfig reaches Pulumi's state."""

import base64
from pathlib import Path

import pytest
import yaml

from components.configuration.machinery.kubeconfig import Kubeconfig
from tests.components.configuration.settings_support import kubeconfig

WITH_FILES = {
    "clusters": [{"name": "kind", "cluster": {"server": "https://127.0.0.1:6443", "certificate-authority": "ca.crt"}}],
    "users": [
        {"name": "admin", "user": {"client-certificate": "admin.crt", "client-key": "admin.key", "tokenFile": "token"}},
        {"name": "other", "user": {"token": "somebody-elses-token"}},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ca.crt", "admin.crt", "admin.key", "token"):
        (tmp_path / name).write_text(name)
    (tmp_path / "config").write_text(kubeconfig(**WITH_FILES))
    return tmp_path


def test_only_the_chosen_context_is_kept(folder: Path) -> None:
    text = Kubeconfig.read(folder / "config").only("kind-mesh")

    content = yaml.safe_load(text)
    assert content["current-context"] == "kind-mesh"
    assert [entry["name"] for entry in content["contexts"]] == ["kind-mesh"]
    assert [entry["name"] for entry in content["users"]] == ["admin"]
    assert "somebody-elses-token" not in text


def test_files_are_embedded(folder: Path) -> None:
    content = yaml.safe_load(Kubeconfig.read(folder / "config").only("kind-mesh"))

    cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
    assert base64.b64decode(cluster["certificate-authority-data"]) == b"ca.crt"
    assert base64.b64decode(user["client-certificate-data"]) == b"admin.crt"
    assert base64.b64decode(user["client-key-data"]) == b"admin.key"
    assert user.keys().isdisjoint({"client-certificate", "client-key"})


def test_token_file_is_named_by_its_full_path(folder: Path) -> None:
    content = yaml.safe_load(Kubeconfig.read(folder / "config").only("kind-mesh"))

    assert content["users"][0]["user"]["tokenFile"] == str(folder / "token")


def test_embedded_data_wins_over_a_file(folder: Path) -> None:
    cluster = {"server": "https://127.0.0.1", "certificate-authority": "gone", "certificate-authority-data": "Y2E="}
    (folder / "config").write_text(kubeconfig(clusters=[{"name": "kind", "cluster": cluster}]))

    content = yaml.safe_load(Kubeconfig.read(folder / "config").only("kind-mesh"))

    assert content["clusters"][0]["cluster"] == {"server": "https://127.0.0.1", "certificate-authority-data": "Y2E="}


def test_credentials_do_not_show_when_it_is_printed(folder: Path) -> None:
    assert "somebody-elses-token" not in repr(Kubeconfig.read(folder / "config"))
