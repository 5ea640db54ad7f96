"""Constraints between the fields of a configuration, and the faults that they find."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from components.configuration.machinery.key import ReadingContext, SettingsPart
from components.configuration.machinery.problems import Steps

Model = TypeVar("Model", bound=SettingsPart)
Judged_contra = TypeVar("Judged_contra", bound=SettingsPart, contravariant=True)


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a field.

    Arguments:
        field: the field's name.
        reason: what is wrong with it; empty if what is allowed says it all.
        fixes: what corrects it, alternatives; empty (default) means setting the key to its example.
        given: what was given; `None` (default) means the key's own text.
        allowed: which values are allowed; empty (default) means the key's own text.
        path: where in the field's value it is, with its leading dot; empty (default) means all of it.
    """

    field: str
    reason: str
    fixes: tuple[Steps, ...] = ()
    given: str | None = None
    allowed: str = ""
    path: str = ""


Faults: TypeAlias = Iterator[Fault]

#: How a constraint looks at settings.
Check: TypeAlias = Callable[[Model, ReadingContext], Faults]


@dataclass(frozen=True)
class Constraint(Generic[Judged_contra]):
    """A constraint between fields.

    Arguments:
        fields: the fields that it reads; it is not asked if one of them is wrong already.
        check: returns what it finds, given settings of which only `fields` may be relied on.
    """

    fields: tuple[str, ...]
    check: Callable[[Judged_contra, ReadingContext], Faults]
