"""Read handwritten digits, and understand what the network gets wrong.

`load_model` and `read_picture` are found here, too, and imported when they are first asked for: whoever imports the
package, as every command does, need not wait for the network's libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_app.network.classifier import load_model
    from mnist_app.reading.front_door import read_picture

__all__ = ["load_model", "read_picture"]
HOMES = {"load_model": "mnist_app.network.classifier", "read_picture": "mnist_app.reading.front_door"}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
