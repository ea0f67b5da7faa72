"""The layers of a stored network and their weights, read from its file without TensorFlow."""

import io
import json
import math
import re
import zipfile
from collections import Counter
from typing import Any

import h5py
import numpy as np

from mnist_app.network.model_store import StoredModel
from mnist_app.tables import Row


def list_layers(model: StoredModel) -> list[Row]:
    """List a network's layers in order.

    Returns:
        Rows with `layer`, `details` in words, and `parameters`, the numbers that are learned or estimated.
    """
    return [
        {"layer": layer["class_name"], "details": _details(layer["config"]), "parameters": _count(layer)}
        for layer in read_layers(model)
    ]


def read_layers(model: StoredModel) -> list[dict[str, Any]]:
    """Read a network's layers in order, as Keras describes them; the input is not among them."""
    with zipfile.ZipFile(model.folder / "model.keras") as file:
        found = json.loads(file.read("config.json"))["config"]["layers"]
    return [layer for layer in found if layer["class_name"] != "InputLayer"]


def read_weights(model: StoredModel) -> dict[str, list[np.ndarray]]:
    """Read a network's weights, float32: those of each layer that has some, by its name, in Keras's order."""
    with zipfile.ZipFile(model.folder / "model.keras") as file:
        content = io.BytesIO(file.read("model.weights.h5"))
    found, seen = {}, Counter[str]()
    with h5py.File(content) as stored:
        for layer in read_layers(model):
            # Keras stores the layers under the names of their classes, and counts those of each class.
            kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", layer["class_name"]).lower()
            place = f"{kind}_{seen[kind]}" if seen[kind] else kind
            seen[kind] += 1
            variables = stored["layers"][place]["vars"] if place in stored["layers"] else {}
            if len(variables):
                found[layer["name"]] = [np.asarray(variables[str(i)], np.float32) for i in range(len(variables))]
    return found


def _details(config: dict[str, Any]) -> str:
    def size(key: str) -> str:
        return " × ".join(map(str, config[key]))

    parts = []
    if "filters" in config:
        parts.append(f"{config['filters']} filters of {size('kernel_size')}")
    if "units" in config:
        parts.append(f"{config['units']} units")
    if "pool_size" in config:
        parts.append(size("pool_size"))
    if "rate" in config:
        parts.append(f"{config['rate']:.0%} switched off while learning")
    if "filters" in config and max(config["strides"]) > 1:
        parts.append(f"strides {size('strides')}")
    if config.get("activation", "linear") != "linear":
        parts.append(config["activation"])
    return ", ".join(parts)


def _count(layer: dict[str, Any]) -> int:
    config, kind = layer["config"], layer["class_name"]
    if kind not in ("Conv2D", "Dense", "BatchNormalization"):
        return 0
    channels = layer["build_config"]["input_shape"][-1]
    if kind == "BatchNormalization":
        return 4 * channels
    outputs = config["units"] if kind == "Dense" else config["filters"]
    return (channels * math.prod(config.get("kernel_size", ())) + config["use_bias"]) * outputs
