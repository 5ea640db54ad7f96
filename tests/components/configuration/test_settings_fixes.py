"""Every command that an error names does fix that error, when it is run as it stands there."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.configuration.machinery.problems import ConfigurationError, Problem
from components.constants.names import PROJECT_NAME
from tests.components.configuration.settings_support import TOKEN, read
from tests.components.configuration.test_settings_wrong import CASES, configuration, options

TYPED = {
    **dict.fromkeys(("accessToken", "mirrorAccessToken"), f"id:{TOKEN}"),
    **dict.fromkeys(("backendHeaders", "mirrorHeaders"), '{"x-tenant":"shop"}'),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_fix_of_an_error_leaves_nothing_wrong_there(
    case: dict[str, Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(project))
    before = configuration(case, project)
    asked = options(case)

    without_fix = [problem.key for problem in problems(before, asked, project) if not list(commands(problem))]
    still_wrong = [
        (line, after)
        for problem in problems(before, asked, project)
        for line in commands(problem)
        for after in problems(*run(line, before, asked, project), project)
        if after.key == problem.key
    ]

    assert without_fix == []
    assert still_wrong == []


def problems(raw: dict[str, str], asked: dict[str, Any], project: Path) -> tuple[Problem, ...]:
    try:
        read(raw, project, **asked)
    except ConfigurationError as error:
        return error.problems
    return ()


def commands(problem: Problem) -> Iterator[str]:
    for line in problem.text("dev").splitlines():
        label, _, command = line.strip().partition(":")
        if label in {"fix", "or"}:
            yield command.strip()


def run(line: str, raw: dict[str, str], asked: dict[str, Any], project: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what a stack's configuration is after a line of `pulumi config` commands."""
    after, secrets = dict(raw), set(asked["secret_keys"])
    for command in line.split(" && "):
        words = shlex.split(command)
        assert words[:2] == ["pulumi", "config"]
        place = next(word for word in words if word.startswith(f"{PROJECT_NAME}:"))
        key, *path = re.findall(r"[^.\[\]]+", place.partition(":")[2])
        given = words[words.index(place) + 1 :]
        secrets = secrets | {key} if "--secret" in words else secrets - {key}
        if words[2] == "set":
            after[key] = value_of(given, key, project)
        elif path:
            after[key] = without(after[key], path)
        else:
            after.pop(key, None)
    return after, {**asked, "secret_keys": frozenset(secrets)}


def value_of(given: list[str], key: str, project: Path) -> str:
    match given:
        case []:
            return TYPED[key]
        case ["<", name]:
            return (project / name).read_text().rstrip("\n")
        case _:
            return given[0]


def without(text: str, path: list[str]) -> str:
    values = json.loads(text)
    holder = values
    for part in path[:-1]:
        holder = holder[int(part) if part.isdigit() else part]
    del holder[int(path[-1]) if path[-1].isdigit() else path[-1]]
    return json.dumps(values)
