"""A network's LiteRT file, ready to be run from many threads at once."""

import os
from pathlib import Path
from threading import Condition

import numpy as np
from ai_edge_litert.interpreter import Interpreter

MOST = min(4, os.cpu_count() or 1)  # that compute at a time: more would only wait for the processor
_most_threads: int | None = None


def limit_threads(most: int) -> None:
    """Let networks that are loaded from now on compute with at most so many threads, as beside other processes."""
    global _most_threads
    _most_threads = most


class LiteRT:
    """A network that was exported for LiteRT.

    An interpreter does one thing at a time, and Streamlit runs each session in a thread: where all interpreters are at
    work, one more is loaded, up to `MOST`; what comes then waits.

    Attributes:
        sides: of one row of its input.
    """

    def __init__(self, path: Path, threads: int) -> None:
        """Load it.

        Args:
            path: the file.
            threads: that compute, unless `limit_threads` allows fewer.

        Raises:
            FileNotFoundError: there is no such file.
        """
        if not path.is_file():
            raise FileNotFoundError(f"There is no model file {path}.")
        self._content = path.read_bytes()  # the file may be another one when the next interpreter is loaded
        self._threads = min(threads, _most_threads or threads)
        first = _Interpreter(self._content, self._threads)
        self.sides = first.sides
        self._free, self._loaded, self._changed = [first], 1, Condition()

    def run(self, x: np.ndarray, outputs: int | None = None) -> tuple[np.ndarray, ...]:
        """Compute the network's outputs, all or the first ones.

        Args:
            x: float32, of any number of rows; other sides as the network takes them.
            outputs: how many; all where None.
        """
        interpreter = self._take(x.shape)
        try:
            return interpreter.run(x, outputs)
        finally:
            with self._changed:
                self._free.append(interpreter)
                self._changed.notify()

    def _take(self, shape: tuple[int, ...]) -> "_Interpreter":
        """An interpreter that is free, if possible one that is ready for arrays of this shape; else one more."""
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._loaded < MOST)
            if self._free:
                ready = (i for i, interpreter in enumerate(self._free) if interpreter.shape == shape)
                return self._free.pop(next(ready, -1))
            self._loaded += 1
        try:
            return _Interpreter(self._content, self._threads)
        except BaseException:
            with self._changed:
                self._loaded -= 1
                self._changed.notify()
            raise


class _Interpreter:
    """One interpreter, for one thread at a time; `shape` is that of the arrays which it is ready for."""

    def __init__(self, content: bytes, threads: int) -> None:
        self._interpreter = Interpreter(model_content=content, num_threads=threads)
        details = self._interpreter.get_input_details()[0]
        self._input = details["index"]
        self.sides = tuple(map(int, details["shape"][1:]))
        # Outputs go by their signature's names: the list of output tensors is not in the network's order.
        outputs = self._interpreter.get_signature_runner().get_output_details()
        self._outputs = [outputs[f"output_{i}"]["index"] for i in range(len(outputs))]
        self.shape: tuple[int, ...] = ()

    def run(self, x: np.ndarray, outputs: int | None) -> tuple[np.ndarray, ...]:
        """As `LiteRT.run`."""
        if x.shape != self.shape:
            self._interpreter.resize_tensor_input(self._input, x.shape)
            self._interpreter.allocate_tensors()
            self.shape = x.shape
        self._interpreter.set_tensor(self._input, x)
        self._interpreter.invoke()
        return tuple(self._interpreter.get_tensor(index) for index in self._outputs[:outputs])
