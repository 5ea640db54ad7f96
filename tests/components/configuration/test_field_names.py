"""Every field that a constraint reads, or that a fix sets or removes, is one: no key is spelled twice."""

import ast
from pathlib import Path

from components.configuration import reading
from components.configuration.machinery.parsing import keys
from components.configuration.settings import Settings

SUBJECTS = sorted(Path(reading.__file__).parent.glob("*.py"))
NAMES = {known.name for known in keys(Settings).values()}


def test_constraints_read_fields_that_there_are() -> None:
    read = [field for each in reading.CONSTRAINTS for field in each.fields]

    assert len(read) > len(reading.CONSTRAINTS)
    assert set(read) <= NAMES


def test_fixes_set_and_remove_fields_that_there_are() -> None:
    named = [
        call.args[0].value
        for file in SUBJECTS
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args
        if call.func.id in {"put", "put_secret", "remove", "Fault"} and isinstance(call.args[0], ast.Constant)
    ]

    assert len(named) > len(NAMES)
    assert {str(name) for name in named} <= NAMES
