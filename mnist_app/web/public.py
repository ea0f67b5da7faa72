"""Whether the app runs at a public address: one setting, which closes what only its operator needs."""

import os

SETTING = "MNIST_APP_PUBLIC"  # the environment variable; anything in it stands for yes


def is_public() -> bool:
    """Whether strangers can reach the app."""
    return bool(os.environ.get(SETTING))
