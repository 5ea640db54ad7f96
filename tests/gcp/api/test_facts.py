"""The facts about other people's clusters speak of the cluster that prod asks for; the roles allow what is called."""

import pytest

from reference.stacks.recordings import recordings
from tests.gcp.api.container import cluster
from tests.gcp.api.permissions import BEYOND_METHODS, GRANTING, PERMISSIONS, methods, roles
from tests.gcp.api.resources import created
from tests.gcp.double.kinds import CLUSTER
from tests.gcp.facts import cluster_facts, field_paths

FACTS = cluster_facts()


@pytest.fixture(scope="module")
def asked() -> set[str]:
    """Every field of prod's cluster."""
    return field_paths(cluster(next(inputs for type_, inputs in created(recordings()["prod"]) if type_ == CLUSTER)))


def test_every_field_of_prod_s_cluster_was_looked_for_in_recordings(asked: set[str]) -> None:
    assert {*FACTS.asked, *FACTS.never_recorded} == asked
    assert FACTS.asked.keys().isdisjoint(FACTS.never_recorded)


def test_what_nobody_asked_for_together_is_what_prod_asks_for(asked: set[str]) -> None:
    assert {field for each in FACTS.never_together for field in each.fields} <= asked


def test_no_recording_has_two_fields_that_are_said_to_be_never_together() -> None:
    for each in FACTS.never_together:
        first, second = (set(FACTS.asked.get(field, ())) for field in each.fields)
        assert first & second == set()
    assert FACTS.never_together


def test_every_method_that_stacks_call_has_its_permissions() -> None:
    assert methods(recordings().values()) == PERMISSIONS.keys()


def test_the_role_that_deploys_can_give_no_rights_in_google_cloud() -> None:
    deployer, granter = roles(recordings().values())

    assert not [each for each in deployer.permissions if each.endswith(("setIamPolicy", ".roles.create"))]
    assert granter.permissions == sorted(GRANTING)
    assert BEYOND_METHODS.keys() <= set(deployer.permissions)
