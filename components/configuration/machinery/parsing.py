"""From the text that Pulumi hands over to a checked model, with everything that is wrong collected on the way."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache, cached_property
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from common.plain import texts_in
from components.configuration.machinery.constraints import Constraint, Fault, Model
from components.configuration.machinery.entries import of_entry
from components.configuration.machinery.key import Key, ReadingContext, SettingsPart
from components.configuration.machinery.problems import (
    HIDDEN,
    NOT_SHOWN,
    ConfigurationError,
    Problem,
    Steps,
    put,
    put_secret,
    remove,
)
from components.configuration.machinery.types import words_of


@dataclass(frozen=True)
class KnownKey:
    """A configuration key.

    Arguments:
        name: the name of its field.
        info: the field.
        about: what people are told about it.
        subject: that of the model which declares the field.
    """

    name: str
    info: FieldInfo
    about: Key
    subject: str

    @cached_property
    def allowed(self) -> str:
        """Which values are allowed, in words."""
        return self.about.allowed.replace("{type}", words_of(self.info))

    @cached_property
    def adapter(self) -> TypeAdapter[object]:
        """What checks a value of this key alone."""
        return TypeAdapter(self.info.rebuild_annotation())

    @property
    def default(self) -> object:
        """The default as Pulumi.yaml holds it: text, a whole number, true, false, a list or an object."""
        if self.info.is_required() or self.info.default_factory_takes_validated_data:  # nothing that holds always
            return ""
        default: object = self.info.get_default(call_default_factory=True)
        if default is None:
            return self.about.unset
        if isinstance(default, tuple):
            return [str(entry) for entry in cast("tuple[object, ...]", default)]
        return default if type(default) in {bool, int, dict} else str(default)

    @property
    def default_text(self) -> str:
        """The default as Pulumi hands it over."""
        return self.default if isinstance(self.default, str) else json.dumps(self.default)

    def is_default(self, text: str) -> bool:
        """Tell whether text means the default; a list or an object may be written with other spaces."""
        if type(self.default) in {list, dict}:
            with suppress(ValueError, RecursionError):
                return bool(json.loads(text) == self.default)
        return text == self.default_text


@cache
def keys(model: type[SettingsPart]) -> dict[str, KnownKey]:
    """Return the configuration keys of a model, in its own order."""
    return {
        info.alias or name: KnownKey(name, info, about, _declaring(model, name).subject)
        for name, info in model.model_fields.items()
        for about in info.metadata
        if isinstance(about, Key)
    }


def _declaring(model: type[SettingsPart], field: str) -> type[SettingsPart]:
    return next(each for each in model.__mro__ if issubclass(each, SettingsPart) and field in each.__annotations__)


def own_keys(model: type[SettingsPart]) -> list[KnownKey]:
    """Return the configuration keys that a model adds to those that it inherits."""
    return [known for known in keys(model).values() if known.name in model.__annotations__]


@dataclass(frozen=True)
class Given:
    """A configuration as it was given.

    Arguments:
        texts: key, without the namespace -> text, as Pulumi hands it over.
        secret_keys: keys whose values are stored encrypted.
        derived: key -> what holds if it is not set, for defaults that depend on the stack.
        not_offered: key that people look for and that there is not, on purpose -> why.
    """

    texts: Mapping[str, str]
    secret_keys: frozenset[str] = frozenset()
    derived: Mapping[str, str] = field(default_factory=dict[str, str])
    not_offered: Mapping[str, str] = field(default_factory=dict[str, str])


def parse(
    model: type[Model], constraints: Sequence[Constraint[Model]], given: Given, around: ReadingContext, stack: str
) -> Model:
    """Return the settings that `given` describes.

    A value that equals its default counts as not set, because Pulumi itself fills in the defaults of Pulumi.yaml.

    Arguments:
        model: the settings to make.
        constraints: the constraints between its fields.
        given: the configuration.
        around: what checking needs to know besides.
        stack: the stack's name, for the commands in errors.

    Raises:
        ConfigurationError: naming everything that is wrong.
    """
    known = keys(model)
    texts = {key: text for key, text in given.texts.items() if _is_set(known.get(key), key, text, given)}
    values, faults = _read_each(known, texts, given, around)
    wrong = {fault.field for fault in faults}
    usable = [each for each in constraints if not wrong.intersection(each.fields)]
    draft = model.model_construct(set(values), **values)
    faults += [fault for each in usable for fault in each.check(draft, around)]

    def example_fits(entry: KnownKey) -> bool:
        """Tell whether a key's example goes with what else is set; a file that is still to be made does."""
        value, fault = _read(entry, entry.about.example, around, stored_as_secret=True)
        if entry.about.secret or fault:
            return True
        others = wrong - {entry.name}
        asked = [each for each in constraints if entry.name in each.fields and not others.intersection(each.fields)]
        changed = model.model_construct({*values, entry.name}, **{**values, entry.name: value})
        return all(fault.field != entry.name for each in asked for fault in each.check(changed, around))

    hidden = given.secret_keys | {key for key, entry in known.items() if entry.about.secret}
    shown = {key: HIDDEN if key in hidden else text for key, text in texts.items()}
    problems = [*_problems(known, shown, faults, example_fits), *_unknown_keys(known, given, example_fits)]
    if problems:
        secrets = {part for key, text in given.texts.items() if key in hidden for part in _parts(text)}
        raise ConfigurationError(stack, problems, secrets)
    return model(**values)


def _is_set(known: KnownKey | None, key: str, text: str, given: Given) -> bool:
    return known is not None and (key in given.secret_keys or not known.is_default(text))


def _read_each(
    known: Mapping[str, KnownKey], texts: Mapping[str, str], given: Given, around: ReadingContext
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the values by field name, and what is wrong with those that are missing among them."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for key, text in {**given.derived, **texts}.items():
        value, fault = _read(known[key], text, around, stored_as_secret=key in given.secret_keys)
        if fault is None:
            values[known[key].name] = value
        elif key in texts:
            faults.append(fault)
        else:
            reason = f"it is not set, and the default for this stack, '{text}', does not fit"
            faults.append(replace(fault, reason=reason))
    return values, faults


def _read(known: KnownKey, text: str, around: ReadingContext, *, stored_as_secret: bool) -> tuple[object, Fault | None]:
    """Return the value that `text` means, or what is wrong with it."""
    if known.about.secret and not stored_as_secret:
        return None, Fault(known.name, "it is stored as plain text, readable in the stack's file")
    try:
        return known.adapter.validate_python(text, strict=True, context=around), None
    except ValidationError as error:
        return None, _fault(known.name, error.errors()[0])


def _fault(name: str, details: ErrorDetails) -> Fault:
    """Return what pydantic found; only messages of our own are passed on, since pydantic's may repeat the value."""
    cause = details.get("ctx", {}).get("error")
    reason = str(cause) if isinstance(cause, ValueError) else ""
    position = next((part for part in details["loc"] if isinstance(part, int)), None)
    if position is not None:
        reason = of_entry(position + 1, reason or "it does not fit")
    return Fault(name, reason, allowed=str(getattr(cause, "allowed", "")))


def _parts(secret: str) -> Iterator[str]:
    """Yield a secret's text, also without white space around it, and where it is JSON each text in it."""
    yield from (secret, secret.strip())
    with suppress(ValueError, RecursionError):
        yield from texts_in(json.loads(secret))


def _problems(
    known: Mapping[str, KnownKey],
    shown: Mapping[str, str],
    faults: Iterable[Fault],
    example_fits: Callable[[KnownKey], bool],
) -> list[Problem]:
    """Return the faults as problems, in the order of the keys; where a key's example does not fit, its default does."""
    by_name = {entry.name: (position, key, entry) for position, (key, entry) in enumerate(known.items())}
    problems: list[tuple[int, Problem]] = []
    for fault in faults:
        position, key, entry = by_name[fault.field]
        problem = Problem(
            key=key + fault.path,
            given=shown.get(key) if fault.given is None or shown.get(key) == HIDDEN else fault.given,
            allowed=fault.allowed or entry.allowed,
            fixes=fault.fixes or (_example(entry) if example_fits(entry) else remove(entry.name),),
            reason=fault.reason,
        )
        problems.append((position, problem))
    return [problem for _, problem in sorted(problems, key=lambda entry: entry[0])]


def _unknown_keys(
    known: Mapping[str, KnownKey], given: Given, example_fits: Callable[[KnownKey], bool]
) -> Iterator[Problem]:
    """Yield a problem for each key that nobody reads. Its value is not shown: it may be a misspelled access token."""
    by_lower_case = {key.lower(): key for key in known}
    for key in sorted(set(given.texts) - set(known)):
        close = get_close_matches(key.lower(), by_lower_case, n=1)
        fix = remove(key)
        if key in given.not_offered:
            reason = f"there is no such key: {given.not_offered[key]}"
        elif close:
            nearest = by_lower_case[close[0]]
            fix = (*fix, *_example(known[nearest])) if example_fits(known[nearest]) else fix
            reason = f"there is no such key; the nearest is {nearest}"
        else:
            reason = "there is no such key"
        yield Problem(key, NOT_SHOWN, "the keys in docs/configuration.md", (fix,), reason)


def _example(entry: KnownKey) -> Steps:
    """Return the command that sets a key to its example."""
    return put_secret(entry.name, entry.about.example) if entry.about.secret else put(entry.name, entry.about.example)
