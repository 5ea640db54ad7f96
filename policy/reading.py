"""Reading the properties of resources, which may lack what a rule looks for or not be known before an update."""

from collections.abc import Mapping
from typing import Any, Final, cast

from common import plain


class NotKnownYet(Exception):  # noqa: N818 - no error: the value comes with the update, and the rule is asked again then
    """A value that only an update will know."""


class Unknown:
    """Stands for a value that is not known in a preview."""


UNKNOWN: Final = Unknown()


def at(value: Any, path: str) -> Any:
    """Return what stands at a path such as `spec.template`, or `None` where any part of it is absent.

    Arguments:
        value: plain data.
        path: keys with dots between them; none may hold a dot itself.

    Raises:
        NotKnownYet: if any part of it is not known.
    """
    for key in path.split("."):
        value = known(plain.at(value, key))
    return value


def entries(value: Any, path: str) -> list[Mapping[str, Any]]:
    """Return the objects in the list at a path; none where it is absent.

    Raises:
        NotKnownYet: if the list or one of them is not known.
    """
    return [cast("Mapping[str, Any]", item) for item in _listed(value, path) if isinstance(item, Mapping)]


def texts(value: Any, path: str) -> list[str]:
    """Return the texts in the list at a path; none where it is absent.

    Raises:
        NotKnownYet: if the list or one of them is not known.
    """
    return [item for item in _listed(value, path) if isinstance(item, str)]


def _listed(value: Any, path: str) -> list[Any]:
    return [known(item) for item in plain.list_at(at(value, path))]


def mapping(value: Any, path: str) -> Mapping[str, Any]:
    """Return the object at a path; an empty one where it is absent.

    Raises:
        NotKnownYet: if it is not known.
    """
    return plain.map_at(at(value, path))


def is_true(value: Any) -> bool:
    """Tell whether a value is true, be it a boolean or the text that some providers make of it."""
    return value is True or value == "true"


def known(value: Any) -> Any:
    """Return a value that is known.

    Raises:
        NotKnownYet: if it is not.
    """
    if isinstance(value, Unknown):
        raise NotKnownYet
    return value
