"""The double's answers, held property by property against what the genuine provider was recorded to answer."""

import re
from pathlib import Path
from typing import Any, Final

import pytest

from tests.gcp.double.kinds import ACCOUNT, CLUSTER, KINDS, NODE_POOL, SERVICE
from tests.gcp.double.outputs import Endpoints, outputs
from tests.gcp.double.values import plain_map
from tests.gcp.facts import ResourceFacts, provider_facts
from tests.gcp.test_double import Engine

FACTS: Final = {each.type: each for each in provider_facts()}
ENDPOINTS: Final = Endpoints("dns:1", "192.0.2.1", "192.0.2.2", "Y2E=")


@pytest.fixture(params=FACTS)
def facts(request: pytest.FixtureRequest) -> ResourceFacts:
    return FACTS[request.param]


def filled_in(folder: Path, facts: ResourceFacts) -> dict[str, Any]:
    """Return what the double fills in where inputs are left out."""
    checked = plain_map(Engine(folder).check(facts.type, facts.inputs).inputs or {})
    return {name: value for name, value in checked.items() if name not in facts.inputs and name != "__defaults"}


def answered(facts: ResourceFacts) -> dict[str, Any]:
    """Return what the double answers beyond the inputs, where it differs from them."""
    found = {"id": KINDS[facts.type].identify(facts.inputs), **outputs(facts.type, facts.inputs, ENDPOINTS)}
    return {name: value for name, value in found.items() if value != facts.inputs.get(name)}


def test_every_type_but_apis_was_compared() -> None:
    assert KINDS.keys() - FACTS.keys() == {SERVICE}


def test_what_is_filled_in_is_what_was_recorded(tmp_path: Path, facts: ResourceFacts) -> None:
    ours = filled_in(tmp_path, facts)
    different = {name for name in ours.keys() | facts.filled_in.keys() if ours.get(name) != facts.filled_in.get(name)}

    assert different <= facts.explained.keys()
    assert set(ours) <= facts.compared


def test_answers_are_what_was_recorded(facts: ResourceFacts) -> None:
    ours = answered(facts)

    assert {name: ours.get(name) for name in facts.answers if name not in facts.explained} == {
        name: value for name, value in facts.answers.items() if name not in facts.explained
    }
    assert set(ours) <= facts.compared


def test_every_explained_difference_is_one(tmp_path: Path, facts: ResourceFacts) -> None:
    ours = {**filled_in(tmp_path, facts), **answered(facts)}
    recorded = {**facts.filled_in, **facts.answers}

    assert [each for each in facts.explained if each in ours and ours[each] == recorded.get(each)] == []


def test_no_input_that_this_program_gives_is_explained_away() -> None:
    assert {"name", "project", "location"}.isdisjoint(name for each in FACTS.values() for name in each.explained)


@pytest.mark.parametrize("type_", [CLUSTER, NODE_POOL])
def test_a_name_that_is_filled_in_ends_in_seven_digits_and_stays(tmp_path: Path, type_: str) -> None:
    engine = Engine(tmp_path)
    inputs = {name: value for name, value in FACTS[type_].inputs.items() if name != "name"}

    first = plain_map(engine.check(type_, inputs).inputs or {})
    again = plain_map(engine.check(type_, inputs, first).inputs or {})

    assert re.fullmatch(r"nodes-[0-9a-f]{7}", first["name"])
    assert again["name"] == first["name"]


def test_without_a_difference_there_is_none(tmp_path: Path, facts: ResourceFacts) -> None:
    found = Engine(tmp_path).diff(facts.type, facts.inputs, facts.inputs)

    assert (found.changes, found.replaces) == (False, [])


def test_an_account_is_known_by_its_address_in_every_answer() -> None:
    answers = FACTS[ACCOUNT].answers

    assert answers["member"] == f"serviceAccount:{answers['email']}"
    assert answers["id"] == answers["name"]
