"""Join networks that differ in their seed alone into one, which reads better than each (Hansen and Salamon 1990)."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from mnist_app.model_store import StoredModel, write_history, write_json
from mnist_app.settings import TrainingSettings
from mnist_app.training import store_network


def average_recipe(members: list[StoredModel], calibration_from: str = "") -> dict:
    """The recipe of an average: the members' common settings, with their names and seeds.

    Args:
        members: trained folders.
        calibration_from: as in `TrainingSettings`, for members that have learnt from all training digits.

    Raises:
        ValueError: there are fewer than two, or they differ in more than their seed.
    """
    recipes = [member.recipe for member in members]
    if len({recipe["seed"] for recipe in recipes}) < max(2, len(members)):
        raise ValueError("An average needs at least two models, each trained with another seed.")
    own = {"seed", "calibration_from"}
    common = [TrainingSettings.from_dict(r).to_dict() | {"data_sha256": r["data_sha256"]} for r in recipes]
    differing = sorted(key for key in set(common[0]) - own if any(c[key] != common[0][key] for c in common))
    if differing:
        raise ValueError(f"The models of an average differ in their seed alone, but these in {', '.join(differing)}.")
    settings = TrainingSettings.from_dict(recipes[0] | {"calibration_from": calibration_from})
    names_and_seeds = [{"name": m.name, "seed": r["seed"]} for m, r in zip(members, recipes, strict=True)]
    parameters = sum(recipe["parameters"] for recipe in recipes)
    return recipes[0] | settings.to_dict() | {"parameters": parameters, "members": names_and_seeds}


def average(members: list[StoredModel], model: StoredModel, recipe: dict) -> None:
    """Write the average of networks: `model.keras`, `model.tflite`, `recipe.json`, `history.csv`.

    The average of the scores before softmax is that of the log-probabilities, and keeps how sure all are together. The
    features are those of all members, one after the other. The maps are the first member's: they only serve as masks
    of an image that the whole network then judges.

    Args:
        members: trained folders.
        model: the folder to write into; it exists.
        recipe: of `average_recipe`.
    """
    loaded = [keras.models.load_model(member.folder / "model.keras") for member in members]
    x = keras.Input(loaded[0].input_shape[1:], name="x")
    outputs = [
        keras.Model(network.inputs, network.outputs, name=f"member_{i}")(x) for i, network in enumerate(loaded, 1)
    ]
    scores, features, maps = zip(*outputs, strict=True)
    joined = [keras.layers.Average()(scores), keras.layers.Concatenate()(features), maps[0]]
    network = keras.Model(x, joined, name="average")
    store_network(network, model)
    write_json(model.folder / "recipe.json", recipe)
    write_history(model.folder / "history.csv", average_history([member.history for member in members]))


def average_history(histories: list[list[dict[str, float]]]) -> list[dict[str, float]]:
    """Average the rows of several histories epoch by epoch; their seconds are added up."""
    return [
        {name: float((np.sum if name == "seconds" else np.mean)([row[name] for row in rows])) for name in rows[0]}
        for rows in zip(*histories, strict=True)
    ]
