"""Images of the real node: what their archive holds, and when a layer is written again."""

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.configuration.settings import Settings
from components.model.bookinfo import APPLICATIONS, IMAGE_TAG
from demo.images import layers
from demo.images.archive import write_archive
from demo.images.debian import merge_into_usr
from demo.images.recipes import IMAGES, RELEASE, Image


@dataclass(frozen=True)
class Text:
    """A layer of one file."""

    content: str
    name: str = "text"
    seconds: float = 0

    def origin(self) -> str:
        return self.content

    def write(self, folder: Path) -> None:
        (folder / "text").write_text(self.content)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for layers."""
    monkeypatch.setattr(layers, "LAYERS", tmp_path / "images")
    return tmp_path / "images"


@pytest.mark.usefixtures("kept")
def test_a_layer_is_kept_until_its_origin_changes() -> None:
    written = layers.write(Text("first"))

    assert layers.kept(Text("first")) == written
    assert layers.kept(Text("second")) is None


def test_a_layer_replaces_the_one_that_an_earlier_origin_has_made(kept: Path) -> None:
    layers.write(Text("first"))
    layers.write(Text("second"))

    assert layers.kept(Text("first")) is None
    assert len(list(kept.iterdir())) == 1


def test_a_layer_that_fails_leaves_nothing(kept: Path) -> None:
    class Failing(Text):
        def write(self, folder: Path) -> None:
            raise OSError(f"no space in {folder}")

    with pytest.raises(OSError, match="no space"):
        layers.write(Failing("x"))

    assert list(kept.iterdir()) == []


@pytest.mark.usefixtures("kept")
def test_an_archive_names_its_images_and_holds_a_shared_layer_once() -> None:
    layer = Text("shared")
    images = [Image(f"example.com/{name}:1", (layer,), ("/run",), environment={"A": name}) for name in ("a", "b")]
    sink = io.BytesIO()

    write_archive(images, {"text": layers.write(layer)}, sink)

    with tarfile.open(fileobj=io.BytesIO(sink.getvalue())) as tar:
        manifest = json.load(tar.extractfile("manifest.json") or io.BytesIO())
        configuration = json.load(tar.extractfile(manifest[0]["Config"]) or io.BytesIO())
        names = tar.getnames()
    assert [entry["RepoTags"] for entry in manifest] == [["example.com/a:1"], ["example.com/b:1"]]
    assert sum(name.endswith("layer.tar") for name in names) == 1
    assert configuration["config"]["Entrypoint"] == ["/run"]
    assert "A=a" in configuration["config"]["Env"]


def test_folders_of_packages_are_merged_into_usr(tmp_path: Path) -> None:
    (tmp_path / "lib/x86").mkdir(parents=True)
    (tmp_path / "lib/x86/libc.so").touch()
    (tmp_path / "usr/lib/x86").mkdir(parents=True)
    (tmp_path / "usr/lib/x86/libz.so").touch()

    merge_into_usr(tmp_path)

    assert (tmp_path / "lib").readlink() == Path("usr/lib")
    assert sorted(file.name for file in (tmp_path / "usr/lib/x86").iterdir()) == ["libc.so", "libz.so"]


def test_there_is_an_image_for_everything_that_the_stack_runs() -> None:
    bookinfo = {
        f"docker.io/istio/examples-bookinfo-{application.name}-{version}:{IMAGE_TAG}"
        for application in APPLICATIONS
        for version in application.versions
    }
    istio = {f"docker.io/istio/{name}:{RELEASE}" for name in ("pilot", "proxyv2", "install-cni")}
    collector = {str(Settings.model_fields["collector_image"].default)}

    assert {image.reference for image in IMAGES} >= bookinfo | istio | collector


def test_no_image_runs_as_root() -> None:
    assert [image.reference for image in IMAGES if image.user.startswith("0")] == []
