"""The control planes of an environment, and which namespace has its sidecars from which."""

from packaging.version import Version

from components.model.revisions import Revisions

OLD, NEW = Version("1.30.2"), Version("1.31.4")
BOTH = {"default": OLD, "1-31": NEW}


def test_one_control_plane_is_everybodys() -> None:
    one = Revisions({"default": NEW})

    assert (one.of("shop"), one.version_of("shop"), one.main) == ("default", NEW, "default")
    assert one.labels == [{"istio-injection": "enabled"}]
    assert one.selector(["shop"]) == {"matchLabels": {"istio-injection": "enabled"}}


def test_namespaces_move_one_at_a_time() -> None:
    moving = Revisions(BOTH, namespaces={"shop": "1-31"})

    assert (moving.version_of("shop"), moving.version_of("bookinfo")) == (NEW, OLD)


def test_tag_moves_all_who_ask_by_it() -> None:
    before, after = (Revisions(BOTH, "stable", {"stable": revision}) for revision in BOTH)

    assert (before.of("shop"), after.of("shop")) == ("default", "1-31")
    assert before.asked_by("shop") == after.asked_by("shop") == "stable"
    assert (before.main, after.main) == ("default", "1-31")


def test_namespaces_of_every_revision_and_tag_are_in_the_mesh() -> None:
    assert Revisions(BOTH, tags={"next": "1-31"}).labels == [
        {"istio-injection": "enabled"},
        {"istio.io/rev": "1-31"},
        {"istio.io/rev": "next"},
    ]


def test_one_selector_takes_any_of_several_values_of_a_label() -> None:
    named = Revisions({"1-30": OLD, "1-31": NEW}, "1-30")

    values = {"key": "istio.io/rev", "operator": "In", "values": ["1-30", "1-31"]}
    assert named.selector(["shop"]) == {"matchExpressions": [values]}


def test_one_selector_names_the_namespaces_where_the_labels_differ() -> None:
    names = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["bookinfo", "shop"]}

    assert Revisions(BOTH).selector(["shop", "bookinfo"]) == {"matchExpressions": [names]}
