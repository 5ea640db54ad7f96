"""What constraints declare is what they read, over all configurations of the tables, right and wrong."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import PrivateAttr

from components.configuration import reading
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.key import ReadingContext
from components.configuration.machinery.problems import ConfigurationError
from components.configuration.settings import Settings
from tests.components.configuration.settings_support import read
from tests.components.configuration.test_settings_wrong import BASES, CASES, configuration, options


def test_each_constraint_reads_the_fields_that_it_declares(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrongly_declared(reading.CONSTRAINTS, project, monkeypatch) == []


def test_wrong_declarations_are_found(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = ("gateway_certificate_file", "gateway_certificate_issuer")
    constraints = [
        Constraint(("node_count",), directly),
        Constraint(("bookinfo", "node_count", "mutual_tls"), directly),
        Constraint(sources, by_a_property),
        Constraint((), by_being_set),
    ]

    assert wrongly_declared(constraints, project, monkeypatch) == [
        "directly reads bookinfo",
        "directly declares mutual_tls",
        "by_a_property reads gateway_certificate_secret",
        "by_being_set reads mutual_tls",
    ]


def directly(settings: Settings, _: ReadingContext) -> Faults:
    if settings.bookinfo and not settings.node_count:
        yield Fault("node_count", "no node")


def by_a_property(settings: Settings, _: ReadingContext) -> Faults:
    if settings.gateway_has_tls:
        yield from ()


def by_being_set(settings: Settings, _: ReadingContext) -> Faults:
    if "mutual_tls" in settings.model_fields_set:
        yield from ()


def wrongly_declared(
    constraints: Sequence[Constraint[Any]], project: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Read all configurations of the tables, and return what constraints read undeclared or declare without reading.

    A field is read with those from which its default follows.
    """
    read_by: list[set[str]] = [set() for _ in constraints]
    watched = [watching(each, into) for each, into in zip(constraints, read_by, strict=True)]
    monkeypatch.setattr(reading, "CONSTRAINTS", watched)
    right = [{"base": name, "config": cast("dict[str, str]", {})} for name in BASES]
    for case in [*CASES.values(), *right]:
        with suppress(ConfigurationError):
            read(configuration(case, project), project, **options(case))

    found: list[str] = []
    for each, fields in zip(constraints, read_by, strict=True):
        declared, name = set(each.fields), each.check.__qualname__
        found += [f"{name} reads {field}" for field in sorted(fields - declared)]
        found += [f"{name} declares {field}" for field in sorted(declared - fields - behind_defaults(fields))]
    return found


def watching(constraint: Constraint[Any], into: set[str]) -> Constraint[Settings]:
    def check(settings: Settings, around: ReadingContext) -> Faults:
        watched = Watched.model_construct(settings.model_fields_set, **dict(settings))
        yield from constraint.check(watched, around)
        into.update(watched.read)

    return replace(constraint, check=check)


def behind_defaults(fields: Collection[str]) -> set[str]:
    """Return the fields from which the defaults of `fields` follow."""
    values = Watching(dict(Settings(cluster_name="mesh")))
    for field in map(Settings.model_fields.__getitem__, fields):
        if field.default_factory_takes_validated_data:
            field.get_default(call_default_factory=True, validated_data=values)
    return values.taken


class Watched(Settings):
    """Settings that note which of their fields are read, also by their own properties."""

    _read: set[str] = PrivateAttr(default_factory=set[str])

    def __getattribute__(self, name: str) -> Any:
        if name in Settings.model_fields:
            self._read.add(name)
        return super().__getattribute__(name)

    @property
    def model_fields_set(self) -> set[str]:
        return AskedFor(super().model_fields_set, self._read)

    @property
    def read(self) -> set[str]:
        return self._read


class AskedFor(set[str]):
    """Names that note which of them are asked for."""

    def __init__(self, names: Collection[str], asked: set[str]) -> None:
        super().__init__(names)
        self.asked = asked

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)


class Watching(dict[str, Any]):
    """Values that note which of them are taken."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.taken = set[str]()

    def __getitem__(self, name: str) -> Any:
        self.taken.add(name)
        return super().__getitem__(name)
