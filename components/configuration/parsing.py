"""From the text that Pulumi hands over to a checked model, with everything that is wrong collected on the way."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache, cached_property
from typing import Any, Generic, TypeAlias, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from components.configuration.errors import (
    HIDDEN,
    NOT_SHOWN,
    ConfigurationError,
    Problem,
    Steps,
    put,
    put_secret,
    remove,
)
from components.configuration.key import Key, SettingsPart, Surroundings

Model = TypeVar("Model", bound=SettingsPart)


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a field.

    Arguments:
        field: the field's name.
        reason: what is wrong with it; empty if what is allowed says it all.
        mend: what mends it; empty (default) means setting the key to its example.
        given: what was given; `None` (default) means the key's own text.
        allowed: which values are allowed; empty (default) means the key's own text.
        path: where in the field's value it is, with its leading dot; empty (default) means all of it.
    """

    field: str
    reason: str
    mend: tuple[Steps, ...] = ()
    given: str | None = None
    allowed: str = ""
    path: str = ""


Findings: TypeAlias = Iterator[Finding]

#: How a rule looks at settings.
Check: TypeAlias = Callable[[Model, Surroundings], Findings]


@dataclass(frozen=True)
class Rule(Generic[Model]):
    """A rule between fields.

    Arguments:
        fields: the fields that it reads; it is not asked if one of them is wrong already.
        check: returns what it finds, given settings of which only `fields` may be relied on.
    """

    fields: tuple[str, ...]
    check: Check[Model]


@dataclass(frozen=True)
class KnownKey:
    """A configuration key.

    Arguments:
        name: the name of its field.
        info: the field.
        about: what people are told about it.
    """

    name: str
    info: FieldInfo
    about: Key

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
        info.alias or name: KnownKey(name, info, about)
        for name, info in model.model_fields.items()
        for about in info.metadata
        if isinstance(about, Key)
    }


@dataclass(frozen=True)
class Given:
    """A configuration as it was given.

    Arguments:
        texts: key, without the namespace -> text, as Pulumi hands it over.
        secret_keys: keys whose values are stored encrypted.
        derived: key -> what holds if it is not set, for defaults that depend on the stack.
    """

    texts: Mapping[str, str]
    secret_keys: frozenset[str] = frozenset()
    derived: Mapping[str, str] = field(default_factory=dict[str, str])


def parse(model: type[Model], rules: Sequence[Rule[Model]], given: Given, around: Surroundings, stack: str) -> Model:
    """Return the settings that `given` describes.

    A value that equals its default counts as not set, because Pulumi itself fills in the defaults of Pulumi.yaml.

    Arguments:
        model: the settings to make.
        rules: the rules between its fields.
        given: the configuration.
        around: what checking needs to know besides.
        stack: the stack's name, for the commands in errors.

    Raises:
        ConfigurationError: naming everything that is wrong.
    """
    known = keys(model)
    texts = {key: text for key, text in given.texts.items() if _is_set(known.get(key), key, text, given)}
    values, findings = _read_each(known, texts, given, around)
    wrong = {finding.field for finding in findings}
    usable_rules = [rule for rule in rules if not wrong.intersection(rule.fields)]
    draft = model.model_construct(set(values), **values)
    findings += [finding for rule in usable_rules for finding in rule.check(draft, around)]
    hidden = given.secret_keys | {key for key, entry in known.items() if entry.about.secret}
    shown = {key: HIDDEN if key in hidden else text for key, text in texts.items()}
    problems = [*_problems(known, shown, findings), *_unknown_keys(known, given.texts)]
    if problems:
        secrets = {part for key, text in given.texts.items() if key in hidden for part in _parts(text)}
        raise ConfigurationError(stack, problems, secrets)
    return model(**values)


def _is_set(known: KnownKey | None, key: str, text: str, given: Given) -> bool:
    return known is not None and (key in given.secret_keys or not known.is_default(text))


def _read_each(
    known: Mapping[str, KnownKey], texts: Mapping[str, str], given: Given, around: Surroundings
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the values by field name, and what is wrong with those that are missing among them."""
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    for key, text in {**given.derived, **texts}.items():
        value, finding = _read(known[key], text, around, stored_as_secret=key in given.secret_keys)
        if finding is None:
            values[known[key].name] = value
        elif key in texts:
            findings.append(finding)
        else:
            reason = f"it is not set, and the default for this stack, '{text}', does not fit"
            findings.append(replace(finding, reason=reason))
    return values, findings


def _read(known: KnownKey, text: str, around: Surroundings, *, stored_as_secret: bool) -> tuple[object, Finding | None]:
    """Return the value that `text` means, or what is wrong with it."""
    if known.about.secret and not stored_as_secret:
        return None, Finding(known.name, "it is stored as plain text, readable in the stack's file")
    try:
        return known.adapter.validate_python(text, strict=True, context=around), None
    except ValidationError as error:
        return None, _fault(known.name, error.errors()[0])


def _fault(name: str, details: ErrorDetails) -> Finding:
    """Return what pydantic found; only messages of our own are passed on, since pydantic's may repeat the value."""
    cause = details.get("ctx", {}).get("error")
    reason = str(cause) if isinstance(cause, ValueError) else ""
    position = next((part for part in details["loc"] if isinstance(part, int)), None)
    if position is not None:
        reason = f"entry {position + 1}: {reason}" if reason else f"entry {position + 1} does not fit"
    return Finding(name, reason, allowed=str(getattr(cause, "allowed", "")))


def _parts(secret: str) -> Iterator[str]:
    """Yield a secret's text, also without white space around it, and where it is JSON each text in it."""
    yield from (secret, secret.strip())
    with suppress(ValueError, RecursionError):
        waiting: list[object] = [json.loads(secret)]
        while waiting:
            part = waiting.pop()
            if isinstance(part, str):
                yield part
            elif isinstance(part, dict):
                waiting += cast("dict[str, object]", part).values()
            elif isinstance(part, list):
                waiting += cast("list[object]", part)


def _problems(known: Mapping[str, KnownKey], shown: Mapping[str, str], findings: Iterable[Finding]) -> list[Problem]:
    """Return the findings as problems, in the order of the keys."""
    by_name = {entry.name: (position, key, entry.about) for position, (key, entry) in enumerate(known.items())}
    problems: list[tuple[int, Problem]] = []
    for finding in findings:
        position, key, about = by_name[finding.field]
        problem = Problem(
            key=key + finding.path,
            given=shown.get(key) if finding.given is None or shown.get(key) == HIDDEN else finding.given,
            allowed=finding.allowed or about.allowed,
            mend=finding.mend or (put_secret(key, about.example) if about.secret else put(key, about.example),),
            reason=finding.reason,
        )
        problems.append((position, problem))
    return [problem for _, problem in sorted(problems, key=lambda entry: entry[0])]


def _unknown_keys(known: Mapping[str, KnownKey], raw: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each key that nobody reads. Its value is not shown: it may be a misspelled access token."""
    by_lower_case = {key.lower(): key for key in known}
    for key in sorted(set(raw) - set(known)):
        close = get_close_matches(key.lower(), by_lower_case, n=1)
        mend = remove(key)
        if close:
            nearest = by_lower_case[close[0]]
            about = known[nearest].about
            mend = (
                *remove(key),
                *(put_secret(nearest, about.example) if about.secret else put(nearest, about.example)),
            )
            reason = f"there is no such key; the nearest is {nearest}"
        else:
            reason = "there is no such key"
        yield Problem(key, NOT_SHOWN, "the keys in docs/configuration.md", (mend,), reason)
