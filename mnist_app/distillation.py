"""Teach one network what several know together (Hinton, Vinyals and Dean 2015, arXiv 1503.02531)."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from keras import ops

from mnist_app.classifier import load_classifier
from mnist_app.model_store import StoredModel, find_model
from mnist_app.settings import TrainingSettings

TEMPERATURE = 4.0  # softens the probabilities: what teachers hold possible shows, not only what they hold likely


class Student(keras.Model):
    """A network that learns to give its teachers' scores.

    While it learns, its targets are scores `(n, classes)`, and its loss is the Kullback-Leibler divergence of the
    softened probabilities, times the temperature's square as in the paper. While it is validated, targets and loss are
    those that it was compiled with.
    """

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return the loss of a batch, as Keras asks for it."""
        if not training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        wanted, given = (ops.softmax(scores / TEMPERATURE) for scores in (y, y_pred))
        return TEMPERATURE**2 * ops.mean(keras.losses.kl_divergence(wanted, given))


def find_teachers(settings: TrainingSettings, folder: Path) -> list[StoredModel]:
    """Return the teachers that the settings name.

    Args:
        settings: of the student.
        folder: where models are.

    Raises:
        ValueError: a teacher is missing, scores other classes, or has learnt from digits that are kept for validation
            here, which it would give away; or the first has another architecture, so the student cannot start from it.
    """
    teachers = [find_model(name, folder) for name in settings.teacher_names]
    for place, teacher in enumerate(teachers):
        theirs = TrainingSettings.from_dict(teacher.recipe)
        if theirs.classes != settings.classes:
            raise ValueError(f"{teacher.name!r} scores {theirs.classes} classes; its student {settings.classes}.")
        if theirs.validation_split < settings.validation_split:
            raise ValueError(
                f"{teacher.name!r} has learnt from digits that its student is validated with; choose a teacher with "
                f"validation_split {settings.validation_split:.4g} or more, not {theirs.validation_split:.4g}."
            )
        if not place and (theirs.architecture != settings.architecture):
            raise ValueError(
                f"A student starts with its first teacher's weights, so {teacher.name!r} must have the "
                f"architecture {settings.architecture!r}."
            )
    return teachers


def ask(teachers: list[StoredModel]) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that gives the teachers' mean scores `(n, classes)` float32 for `(n, 28, 28)` uint8 images.

    The mean of the scores before softmax is that of the log-probabilities, and keeps how sure all are together.
    """
    classifiers = [load_classifier(teacher) for teacher in teachers]
    return lambda images: np.mean([classifier.predict(images).scores for classifier in classifiers], axis=0)


def first_weights(teachers: list[StoredModel]) -> list[np.ndarray]:
    """Return the first teacher's weights, from which the student goes on."""
    return keras.models.load_model(teachers[0].folder / "model.keras").get_weights()
