"""Join networks by the same recipe into one that errs where most of them do (Hansen and Salamon 1990)."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from mnist_app.model_store import StoredModel, write_history, write_json
from mnist_app.settings import OWN_SETTINGS, differing_settings
from mnist_app.training import store_network


def average_recipe(members: list[StoredModel]) -> dict:
    """The recipe of an average: that of its first member, with the names of all.

    Args:
        members: trained folders. Some may have kept digits for validation, but none more than the first, for whose
            calibration no digits may serve that another one has learnt.

    Raises:
        ValueError: there are fewer than two, two are the same training, they have different recipes, or the order is
            another.
    """
    first, *others = recipes = [member.recipe for member in members]
    if len({tuple(recipe[name] for name in OWN_SETTINGS) for recipe in recipes}) < max(2, len(members)):
        raise ValueError("An average needs at least two models, each trained with another seed or on other digits.")
    for member, recipe in zip(members[1:], others, strict=True):
        if differing := differing_settings(first, recipe):
            raise ValueError(f"{members[0].name!r} and {member.name!r} have different recipes: {', '.join(differing)}.")
        if recipe["validation_split"] < first["validation_split"]:
            raise ValueError(
                f"{member.name!r} has learnt from digits that {members[0].name!r} kept for validation: name it first."
            )
    parameters = sum(recipe["parameters"] for recipe in recipes)
    return first | {"parameters": parameters, "members": [member.name for member in members]}


def average(members: list[StoredModel], model: StoredModel) -> None:
    """Write the average of networks: `model.keras`, `model.tflite`, `recipe.json`, `history.csv`.

    The average of the scores before softmax is that of the log-probabilities, and keeps how sure all are together.
    Features and maps are the first member's. They serve to compare images and to mask them, which takes no longer so,
    and lie where those of one network do, so that its calibration can be taken over.

    Args:
        members: trained folders, see `average_recipe`.
        model: the folder to write into; it exists.
    """
    recipe = average_recipe(members)
    loaded = [keras.models.load_model(member.folder / "model.keras") for member in members]
    x = keras.Input(loaded[0].input_shape[1:], name="x")
    outputs = [
        keras.Model(network.inputs, network.outputs, name=f"member_{i}")(x) for i, network in enumerate(loaded, 1)
    ]
    scores, (features, *_), (maps, *_) = zip(*outputs, strict=True)
    store_network(keras.Model(x, [keras.layers.Average()(scores), features, maps], name="average"), model)
    write_json(model.folder / "recipe.json", recipe)
    write_history(model.folder / "history.csv", average_history([member.history for member in members]))


def average_history(histories: list[list[dict[str, float]]]) -> list[dict[str, float]]:
    """Average the rows of several histories epoch by epoch; their seconds are added up."""
    return [
        {name: float((np.sum if name == "seconds" else np.mean)([row[name] for row in rows])) for name in rows[0]}
        for rows in zip(*histories, strict=True)
    ]
