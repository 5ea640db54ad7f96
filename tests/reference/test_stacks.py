"""The pages about the stacks are up to date, and say what the resources say."""

import pytest

from reference.stacks import critical_path, environments
from reference.stacks.costs import COST_INPUTS, Count, istiod_count, node_count
from reference.stacks.picture import picture
from reference.stacks.recordings import recordings
from reference.stacks.waits import is_component
from tests.support.istio import Istio
from tests.support.mocks import Recorded


def node_pool(**inputs: object) -> Recorded:
    return Recorded("gcp:container/nodePool:NodePool", "nodes", dict(inputs), None, frozenset(), None, {}, ())


def amounts(stack: str, title: str) -> list[str]:
    (row,) = (row for row in COST_INPUTS if row.title == title)
    return list(row.amount(recordings()[stack]))


def test_each_stack_has_a_column_and_a_picture() -> None:
    text = environments.page(recordings())
    titles = [name for line in text.splitlines() if line.startswith("### ") for name in line[4:].split(", ")]

    assert f"| kind | {' | '.join(recordings())} |" in text
    assert sorted(titles) == sorted(recordings())


@pytest.mark.parametrize("stack", ["dev", "sandbox", "satellite"])
def test_a_picture_shows_every_resource_once_and_can_be_read(stack: str) -> None:
    recording = recordings()[stack]
    lines = picture(recording).splitlines()
    boxes = [line for line in lines if '["' in line]
    kinds = [part for line in boxes for part in line.split('"')[1].split("<br/>")]
    resources = sum(int(part.rpartition(" x")[2]) if " x" in part else 1 for part in kinds)

    assert resources == sum(not is_component(each) for each in recording.resources)
    assert len(boxes) < 60
    assert len([line for line in lines if "-->" in line]) < 3 * len(boxes)


@pytest.mark.parametrize(
    ("inputs", "counted"),
    [
        ({"location": "us-central1-a", "nodeCount": 3}, "3"),
        ({"location": "us-central1", "nodeCount": 1}, "3"),
        ({"location": "us-central1", "nodeLocations": ["us-central1-a", "us-central1-b"], "nodeCount": 4}, "8"),
        ({"location": "us-central1", "autoscaling": {"minNodeCount": 1, "maxNodeCount": 4}}, "3 to 12"),
        ({"location": "us-central1-a", "autoscaling": {"minNodeCount": 0, "maxNodeCount": 2}}, "0 to 2"),
    ],
    ids=["zonal", "regional", "some-zones", "autoscaled", "down-to-none"],
)
def test_nodes_are_counted_in_all_zones(inputs: dict[str, object], counted: str) -> None:
    assert str(node_count(node_pool(**inputs))) == counted


def test_prod_costs_what_its_settings_say() -> None:
    assert amounts("prod", "machines of the nodes") == ["`e2-standard-4`, standard"]
    assert amounts("prod", "node hours a month") == ["2,190 to 8,760"]
    assert amounts("dev", "machines of the nodes")[0].endswith(", spot")
    assert amounts("dev", "control plane") == ["zonal, `us-central1-a`, 730 h"]


def test_istiod_has_the_limits_of_its_values_or_else_of_its_chart(istio: Istio) -> None:
    (scaler,) = (each for each in istio.render("istiod", {}) if each["kind"] == "HorizontalPodAutoscaler")

    assert str(istiod_count({"pilot": {"autoscaleMin": 3, "autoscaleMax": 6}})) == "3 to 6"
    assert istiod_count({}) == Count(scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"])


def test_a_page_names_no_price() -> None:
    assert "$" not in environments.page(recordings()).replace("$(", "")


def test_the_critical_path_is_told_for_prod() -> None:
    assert critical_path.STACK == "prod"
    assert "**" not in critical_path.page(recordings()["prod"])
