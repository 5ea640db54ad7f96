"""What a configuration key is: a field of a model, and what people are told about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from components.configuration.machinery.cluster_facts import ClusterFacts
from components.model.gateway_api import InstalledCrds


@dataclass(frozen=True)
class Key:
    """What people are told about a configuration key, in the reference and in errors.

    Arguments:
        description: what it is for, one or two sentences.
        example: a value that would be accepted, as it is typed on a command line; of a secret that is set from a file,
            the file; empty for any other secret.
        allowed: which values are allowed, in words; `{type}` (the default) stands for those of the field's type.
        default_text: what holds when it is not set, where that depends on something else; `None` if it does not.
        secret: whether it must be stored with `--secret`.
        unset: what means "not set" in Pulumi.yaml where the default is none: empty text (default), or an empty list or
            object, since the engine refuses a key that is declared as text and holds one of those.
    """

    description: str
    example: str
    allowed: str = "{type}"
    default_text: str | None = None
    secret: bool = False
    unset: object = ""


def key(
    description: str,
    example: str,
    *,
    default: Any = PydanticUndefined,
    default_factory: Callable[[dict[str, Any]], Any] | Callable[[], Any] | None = None,
    **about: Any,
) -> Any:
    """Return the field of a configuration key, for the right side of its declaration.

    Arguments:
        description: as that of `Key`, like `example` and everything in `about`.
        example: an example.
        default: the value where the key is not set; without it and `default_factory` the key is required.
        default_factory: makes that value, also from the fields before.
        about: further arguments of `Key`.
    """
    made: FieldInfo = Field(default=default) if default_factory is None else Field(default_factory=default_factory)
    made.metadata.append(Key(description, example, **about))
    return made


class SettingsPart(BaseModel):
    """A group of configuration keys.

    Each field declared with `key` is one, named like the field in camel case. Any other field is a result of reading.

    Attributes:
        subject: the part of the environment that the keys are for, a heading in the reference.
    """

    subject: ClassVar[str]

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
    )


@dataclass(frozen=True)
class ReadingContext:
    """What reading a configuration needs to know besides the values.

    Arguments:
        root: the project's folder, to which paths are relative.
        now: the time, with its zone, at which certificates must be valid.
        cluster: returns what is known of the cluster that a kubeconfig (its text) leads to. Default: nothing.
        installed_crds: returns which of the Gateway API's CRDs the cluster of a kubeconfig (its text) has; `None` where
            that can't be told. Default: it has none.
    """

    root: Path
    now: datetime
    cluster: Callable[[str], ClusterFacts] = lambda _: ClusterFacts()
    installed_crds: Callable[[str], InstalledCrds | None] = lambda _: InstalledCrds()
