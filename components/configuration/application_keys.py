"""The configuration keys of what runs in the mesh: application namespaces and the sample."""

from typing import Annotated, Final

from components.configuration import fields
from components.configuration.key import Key, SettingsPart

_NAMESPACE: Final = (
    "a namespace name: at most 63 lower-case letters, digits and hyphens; not kube-* or one of "
    + ", ".join(fields.RESERVED_NAMESPACES)
)


class ApplicationSettings(SettingsPart):
    """Who uses the mesh."""

    injected_namespaces: Annotated[
        fields.NamespaceNames,
        Key(
            "Applications",
            "Namespaces made for applications, whose Pods get sidecars. Bookinfo's own need not be listed.",
            f"a list, each {_NAMESPACE}; none twice",
            '["shop"]',
        ),
    ] = ()
    bookinfo: Annotated[
        bool,
        fields.from_text(fields.switch),
        Key("Applications", "Whether Istio's sample application is installed.", "true or false", "true"),
    ] = True
    bookinfo_namespace: Annotated[
        fields.NamespaceName,
        Key(
            "Applications",
            "Namespace of the sample application; it is made, and gets sidecars.",
            _NAMESPACE,
            "bookinfo",
        ),
    ] = "bookinfo"
