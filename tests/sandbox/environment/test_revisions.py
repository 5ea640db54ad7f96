"""An upgrade by revision: a second genuine istiod beside the first, to which everybody moves.

The sandbox hands all webhook calls to the newest istiod that answers, whatever revision they are for. So the way back
and tags, which need each istiod at its own Service, can't be seen here.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.environment.conftest import new_sandbox
from tests.sandbox.environment.running import Running, client
from tests.support.lists import non_empty
from tests.support.thorough import THOROUGH

pytestmark = THOROUGH

CHARTS = ".sandbox/toolchain/istio/{version}/charts"
BOTH = {"default": "1.26.0", "1-27": "1.27.0"}


@pytest.fixture(scope="module")
def older() -> Iterator[Running]:
    """A sandbox of its own with the older Istio; the tests here run in the order in which they stand."""
    with new_sandbox("sandbox", "revisions") as made:
        yield made.configured(istioVersion="1.26.0", istioCharts=CHARTS)


def beside(older: Running, **values: object) -> Running:
    return older.configured(istioVersion=None, istioRevisions=BOTH, istioCharts=CHARTS, **values)


def alone(older: Running) -> Running:
    only = {"1-27": "1.27.0"}
    return older.configured(istioVersion=None, istioRevisions=only, istioRevision="1-27", istioCharts=CHARTS)


def nothing_differs(running: Running) -> None:
    preview = running.call("preview", "--refresh", "--expect-no-changes")

    assert preview.exit_code == 0, preview.text


def sidecars(running: Running) -> set[tuple[str, str, str]]:
    """Return namespace, revision and image of every sidecar that is not on its way out."""
    pods: list[Any] = client.CoreV1Api(running.api()).list_pod_for_all_namespaces().items
    return {
        (pod.metadata.namespace, pod.metadata.annotations["istio.io/rev"], container.image.rpartition(":")[2])
        for pod in pods
        for container in pod.spec.containers
        if container.name == "istio-proxy" and pod.metadata.deletion_timestamp is None
    }


def istiods(running: Running) -> set[str]:
    found = client.AppsV1Api(running.api()).list_namespaced_deployment("istio-system").items
    return {each.metadata.name for each in non_empty(found, "Deployments")}


def test_second_control_plane_stands_beside_and_rolls_nobody(older: Running) -> None:
    older.up()
    before = sidecars(older)
    both = beside(older)

    outcome = both.up()

    assert istiods(both) == {"istiod", "istiod-1-27"}
    assert sidecars(both) == before == {(each, "default", "1.26.0") for each, _, _ in before}
    assert "delete" not in {operation for operation, _ in outcome.changed}
    nothing_differs(both)


def test_first_is_refused_to_go_while_pods_use_it(older: Running) -> None:
    gone = alone(older)

    refused = gone.call("preview")

    assert refused.exit_code != 0
    assert "revision default would go, and Pods have their sidecars from it: " in refused.text
    assert "6 in namespace bookinfo" in refused.text
    assert "pulumi config set --stack sandbox traced-mesh:istioRevisions" in refused.text


def test_everybody_moves_with_the_standard_revision(older: Running) -> None:
    moved = beside(older, istioRevision="1-27")

    moved.up()

    assert {(revision, version) for _, revision, version in sidecars(moved)} == {("1-27", "1.27.0")}
    assert {namespace for namespace, _, _ in sidecars(moved)} == {"bookinfo", "istio-ingress", "observability"}
    nothing_differs(moved)
