"""Making sure that all layers are there: what is missing is announced, written, and kept."""

import time
from collections.abc import Iterable, Mapping

from demo.images.layers import LAYERS, Layer, Written, kept, write
from demo.images.recipes import Image
from local.console import duration, say
from local.locks import exclusive


def ensure_layers(images: Iterable[Image]) -> Mapping[str, Written]:
    """Return the layers of images by name; those that are missing are written first.

    Raises:
        SandboxError: if a layer can't be written.
    """
    with exclusive(LAYERS / "lock", "is building images"):
        layers = {layer.name: layer for image in images for layer in image.layers}
        found = {name: kept(layer) for name, layer in layers.items()}
        missing = [layers[name] for name, written in found.items() if written is None]
        if missing:
            seconds = duration(sum(layer.seconds for layer in missing))
            names = ", ".join(layer.name for layer in missing)
            say(f"images to build: {names}; about {seconds}, an interrupted run goes on where it stopped")
        return {name: written or _write(layers[name]) for name, written in found.items()}


def _write(layer: Layer) -> Written:
    begin = time.monotonic()
    written = write(layer)
    size = written.archive.stat().st_size / 1e6
    say(f"  {layer.name}: {size:.0f} MB in {duration(time.monotonic() - begin)}")
    return written
