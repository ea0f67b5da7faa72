"""Whether the server can do what it is for: it is asked to read a digit, and must read that one."""

import time
from http import HTTPStatus

from mnist_app.network import model_store
from mnist_app.network.model_store import DEFAULT_MODEL
from mnist_app.web.api import answers
from mnist_app.web.api.forms import SEVEN, Drawing
from mnist_app.web.api.problems import Problem

HOLDS = 10.0  # seconds for which one reading is proof


class Health:
    """Reads a digit when asked, and for a while remembers that it could."""

    def __init__(self, holds: float = HOLDS) -> None:
        self._holds, self._proved = holds, float("-inf")

    def check(self) -> dict[str, object]:
        """Say that all is well.

        Raises:
            Problem: there is no network, or no digit can be read with the one that is asked first.
        """
        models = [model.name for model in model_store.list_models()]
        if not models:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "There is no trained network yet.")
        if time.monotonic() - self._proved > self._holds:
            self._read(DEFAULT_MODEL if DEFAULT_MODEL in models else models[0])
            self._proved = time.monotonic()
        return {"status": "ok", "models": len(models)}

    def _read(self, model: str) -> None:
        try:
            text = answers.read_drawing(Drawing.model_validate(SEVEN | {"model": model})).text
        except model_store.BROKEN as error:
            said = model_store.in_words(error)
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"No digit can be read: {said}.") from error
        if text != "7":
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"A drawn 7 is read as {text or 'nothing'}.")
