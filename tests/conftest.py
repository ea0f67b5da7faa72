"""What more than one test file needs."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from mnist_app import datasets, model_store
from mnist_app.classifier import Classifier, load_classifier


@pytest.fixture(scope="session")
def mnist_test() -> tuple[np.ndarray, np.ndarray]:
    """MNIST's 10,000 test digits: images and labels."""
    return datasets.load_mnist()[1]


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """The default model's network."""
    return load_classifier(model_store.find_model())
