"""The id of the nodes' service account."""

import re

from hypothesis import given
from hypothesis import strategies as st

from components.cluster.gke.node_account import account_id

NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?", fullmatch=True)


def test_short_name_is_kept() -> None:
    assert account_id("traced-mesh-prod") == "traced-mesh-prod-nodes"


@given(NAMES)
def test_any_clusters_name_gives_an_id_that_google_takes(name: str) -> None:
    assert re.fullmatch(r"[a-z]([-a-z0-9]{4,28}[a-z0-9])", account_id(name))


def test_long_names_that_begin_alike_give_different_ids() -> None:
    assert account_id("a" * 39 + "b") != account_id("a" * 40)
