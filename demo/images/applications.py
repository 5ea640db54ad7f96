"""Layers of Bookinfo's applications, built from the sources in Istio's module as their Dockerfiles say."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo.images.run import run
from demo.images.tools import PIP, istio_module
from local.toolchain.extraction import copy_file, copy_tree

_SOURCES: Final = "samples/bookinfo/src"
_RECIPES: Final = Path(__file__).parent

#: Where the images keep the applications.
HOME: Final = "opt/microservices"

#: Where Open Liberty's image keeps it.
LIBERTY: Final = "opt/ol/wlp"

#: The Python of Debian 12, which runs productpage; `manylinux` tags that its C library satisfies.
_PYTHON: Final = ("--python-version=3.11", "--platform=manylinux2014_x86_64", "--platform=manylinux_2_28_x86_64")


@dataclass(frozen=True)
class Productpage:
    """productpage, with the Python packages that its requirements pin by hash.

    Arguments:
        release: the Istio release whose sources are built.
    """

    release: str
    name: str = "productpage"
    seconds: float = 40

    def origin(self) -> str:
        """Return the release and the Python."""
        return repr((self.release, _PYTHON))

    def write(self, folder: Path) -> None:
        """Install the packages and copy the application."""
        source = istio_module(self.release) / _SOURCES / "productpage"
        packages = folder / "usr/local/lib/python3.11/dist-packages"
        # The requirements name every package, so none is looked for; without that pip would refuse those few that have
        # no wheel. They are Python alone, so this machine's Python builds them as well as another.
        options = ["--no-deps", "--require-hashes", "--target", packages, *_PYTHON, "-r", source / "requirements.txt"]
        run("install productpage's packages", [*PIP, "install", *options], folder.parent)
        for name in ("productpage.py", "requirements.txt"):
            copy_file(source / name, folder / HOME / name)
        for name in ("templates", "static"):
            copy_tree(source / name, folder / HOME / name)


@dataclass(frozen=True)
class Ratings:
    """ratings, with the Node.js packages that the lock file beside this file pins by hash.

    Arguments:
        release: the Istio release whose sources are built.
    """

    release: str
    name: str = "ratings"
    seconds: float = 5

    def origin(self) -> str:
        """Return the release and the lock file."""
        return repr((self.release, _lock().read_text(encoding="utf-8")))

    def write(self, folder: Path) -> None:
        """Install the packages and copy the application."""
        source = istio_module(self.release) / _SOURCES / "ratings"
        for name in ("package.json", "ratings.js"):
            copy_file(source / name, folder / HOME / name)
        copy_file(_lock(), folder / HOME / "package-lock.json")
        options = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        run("install ratings' packages", ["npm", "ci", *options], folder / HOME)


@dataclass(frozen=True)
class Reviews:
    """reviews on Open Liberty, reduced to the features that it uses, with a Java runtime reduced to its modules.

    Arguments:
        release: the Istio release whose sources are built.
    """

    release: str
    name: str = "reviews"
    seconds: float = 60

    def origin(self) -> str:
        """Return the release, the project file, and the modules."""
        return repr((self.release, _project().read_text(encoding="utf-8"), _JAVA_MODULES))

    def write(self, folder: Path) -> None:
        """Compile with Maven, put it on Liberty, and let Liberty package itself."""
        source = istio_module(self.release) / _SOURCES / "reviews"
        work = folder.parent / "maven"
        work.mkdir()
        copy_file(_project(), work / "pom.xml")
        maven = ["mvn", "--batch-mode", "--quiet", f"-Dreviews.source={source / 'reviews-application'}", "package"]
        run("build reviews", maven, work)
        liberty = work / "target" / "wlp"
        server = liberty / "usr" / "servers" / "defaultServer"
        copy_file(source / "reviews-wlpcfg/servers/LibertyProjectServer/server.xml", server / "server.xml")
        war = work / "target" / "reviews-application-1.0.war"
        copy_file(war, server / "apps" / war.name)
        package = work / "server.zip"
        run(
            "package Open Liberty",
            ["sh", liberty / "bin/server", "package", "defaultServer", f"--archive={package}", "--include=minify"],
            work,
        )
        shutil.unpack_archive(package, folder / Path(LIBERTY).parent)
        (folder / LIBERTY / "bin" / "server").chmod(0o755)  # a ZIP archive unpacked by Python has no permissions
        (folder / LIBERTY / "output").mkdir()
        (folder / LIBERTY / "output").chmod(0o1777)  # the server runs as a user without rights
        run("make a Java runtime", _jlink(folder / "opt/java"), work)


#: Modules of Java that Open Liberty's kernel, jaxrs-2.0 and jsonp-1.0 need.
_JAVA_MODULES: Final = (
    "java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,"
    "java.prefs,java.rmi,java.scripting,java.security.jgss,java.security.sasl,java.sql,java.transaction.xa,java.xml,"
    "java.xml.crypto,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.unsupported,jdk.zipfs"
)


def _jlink(target: Path) -> list[str | Path]:
    options = ["--strip-debug", "--no-man-pages", "--no-header-files", "--output", str(target)]
    return ["jlink", "--add-modules", _JAVA_MODULES, *options]


def _lock() -> Path:
    return _RECIPES / "ratings-package-lock.json"


def _project() -> Path:
    return _RECIPES / "reviews-pom.xml"
