"""Nothing in prod waits that need not, so that its first `pulumi up` is as short as Google and Kubernetes let it be."""

from dataclasses import replace

import pytest

from reference.stacks.critical_path import STACK, CriticalPath
from reference.stacks.durations import durations
from reference.stacks.necessities import NECESSITIES, necessary_graph, necessary_waits
from reference.stacks.recordings import recordings
from reference.stacks.waits import finishes, links, longest_chain, waits
from tests.support.mocks import Recorded, Recording


@pytest.fixture(scope="module")
def prod() -> CriticalPath:
    return CriticalPath(recordings()[STACK])


def test_each_wait_on_the_longest_chain_is_necessary(prod: CriticalPath) -> None:
    assert [link for link in links(prod.chain) if link not in necessary_waits(prod.recording)] == []


def test_the_longest_chain_is_as_short_as_google_and_kubernetes_let_it_be(prod: CriticalPath) -> None:
    assert prod.chain == prod.necessary_chain
    assert prod.length(prod.chain) == max(finishes(prod.graph, prod.seconds).values())


def test_each_wait_that_is_not_necessary_could_last_longer(prod: CriticalPath) -> None:
    assert [wait for wait, slack in prod.slack.items() if slack <= 0] == []


def test_single_figures_don_t_decide(prod: CriticalPath) -> None:
    """No doubled duration makes a wait that is not necessary cost two seconds."""
    kinds = {each.name: each.type if each.kind != "Chart" else each.name for each in prod.recording.resources}
    necessary = necessary_graph(prod.recording)
    for kind in {kinds[name] for name in prod.seconds}:
        seconds = {name: value * (2 if kinds[name] == kind else 1) for name, value in prod.seconds.items()}
        ours = max(finishes(prod.graph, seconds).values())
        assert ours - max(finishes(necessary, seconds).values()) < 2, kind


def test_everything_that_is_necessary_is_waited_for(prod: CriticalPath) -> None:
    covered = set(necessary_waits(prod.recording).values())

    assert [row for row in NECESSITIES if row not in covered] == []


def test_the_first_chart_is_there_before_the_nodes(prod: CriticalPath) -> None:
    made = finishes(prod.graph, prod.seconds)

    assert made["istio-base"] < made["cluster-nodes"] < made["istiod"]


def test_a_wait_too_many_is_found(prod: CriticalPath) -> None:
    """What the program once did: Istio's CRDs waited for nodes."""
    nodes = prod.recording.only("NodePool").name
    resources = [
        replace(each, depends_on=each.depends_on | {nodes}) if each.name == "istio-base" else each
        for each in prod.recording.resources
    ]
    slower = CriticalPath(Recording(resources))

    assert slower.length(slower.chain) > prod.length(prod.chain)
    assert slower.slack[nodes, "istio-base"] <= 0
    assert (nodes, "istio-base") in links(slower.chain)


def test_a_resource_of_unknown_duration_is_refused() -> None:
    unknown = Recorded("gcp:sql/instance:Instance", "database", {}, None, frozenset(), None, {}, ())

    with pytest.raises(AssertionError, match="gcp:sql/instance:Instance"):
        durations(Recording([unknown]))


def test_the_longest_chain_counts_every_link_and_the_first_resource() -> None:
    def resource(name: str, *awaited: str) -> Recorded:
        return Recorded("kubernetes:core/v1:ConfigMap", name, {}, None, frozenset(awaited), None, {}, ())

    recording = Recording([resource("a"), resource("b"), resource("c", "a", "b"), resource("d", "b")])
    graph, seconds = waits(recording), {"a": 5.0, "b": 1.0, "c": 1.0, "d": 4.0}

    assert longest_chain(graph, seconds) == ["a", "c"]
    assert finishes(graph, seconds) == {"a": 5, "b": 1, "c": 6, "d": 5}
