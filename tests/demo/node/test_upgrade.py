"""Istio's control plane and every sidecar move to another release while the mesh is asked all the time."""

import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from demo.images.archive import write_archive
from demo.images.recipes import istio_images
from demo.images.store import ensure_layers
from demo.layout import CONTAINERD_SOCKET
from demo.node import Node
from local.paths import shown
from local.pulumi_cli import Pulumi
from local.toolchain.programs import NEWEST_ISTIO
from local.toolchain.toolchain import Toolchain
from tests.demo.node.conftest import new_demo
from tests.demo.node.running_node import RunningNode, eventually
from tests.demo.node.under_load import lost_spans, under_load
from tests.sandbox.environment.running import configured
from tests.support.thorough import THOROUGH

pytestmark = THOROUGH

#: The release before; the newest one is the stack's own.
_BEFORE: Final = "1.27.0"

#: Seconds that the last Pod may take to be replaced after `up` has ended.
_PATIENCE: Final = 90.0


def give_images(node: Node, release: str) -> None:
    """Give a running node the images of one of Istio's releases, besides those that it has."""
    images = istio_images(release)
    archive = node.folder / "images.tar"
    with archive.open("wb") as sink:
        write_archive(images, ensure_layers(images), sink)
    ctr = ["ctr", "--address", CONTAINERD_SOCKET, "--namespace", "k8s.io", "images", "import", str(archive)]
    subprocess.run([*node.enter, *ctr], check=True, capture_output=True, timeout=120)
    archive.unlink()


@pytest.fixture
def before(programs: Toolchain) -> Iterator[RunningNode]:
    """A node of its own with the environment of stack `demo`, but for an older Istio; `up` brings up the newest."""
    values = {"istioVersion": _BEFORE, "istioCharts": shown(programs.charts(_BEFORE))}
    with new_demo("upgrade") as made:

        def up(pulumi: Pulumi) -> int:
            give_images(made.node, _BEFORE)
            ended = configured(pulumi, made.node.folder, values).capture("up", "--yes", "--skip-preview")
            assert ended.returncode == 0, ended.stdout + ended.stderr
            return ended.returncode

        made.bring_up(made.build(), up)
        yield RunningNode(made.node, programs, made.pulumi(programs))


def releases(node: RunningNode) -> set[str]:
    """Return the releases of all sidecars and gateways."""
    images = node.kubectl("get", "pods", "--all-namespaces", "--output=jsonpath={..image}").split()
    return {image.rpartition(":")[2] for image in images if "/proxyv2:" in image}


def test_an_upgrade_in_place_loses_no_request_and_no_span(before: RunningNode) -> None:
    assert releases(before) == {_BEFORE}

    with under_load(before) as made:
        before.up()
        # The gateway's Pods are istiod's to replace, which does so after its own.
        assert eventually(lambda: releases(before), lambda found: found == {NEWEST_ISTIO}, _PATIENCE) == {NEWEST_ISTIO}

    print(made.summary())
    assert made.failures == []
    assert lost_spans(before, made) == {}
