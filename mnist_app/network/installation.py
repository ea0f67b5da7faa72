"""Whether this installation can train, or only reads: requirements-serve.txt leaves TensorFlow out."""

from importlib.util import find_spec

ONLY_READS = "Networks cannot be trained here: this installation only reads digits."
HOW_TO_TRAIN = "`pip install -r requirements.txt` brings what is missing."


def can_train() -> bool:
    """Whether TensorFlow and Keras are installed; neither is loaded, which would take seconds."""
    return all(find_spec(name) for name in ("tensorflow", "keras"))


def check_can_train() -> None:
    """Raise a `ValueError` that says so in one sentence where networks can only be used."""
    if not can_train():
        raise ValueError(f"{ONLY_READS} {HOW_TO_TRAIN}")
