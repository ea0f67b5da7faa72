"""A network's LiteRT file, ready to be run from any thread."""

from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter

_most_threads: int | None = None


def limit_threads(most: int) -> None:
    """Let networks that are loaded from now on compute with at most so many threads, as beside other processes."""
    global _most_threads
    _most_threads = most


class LiteRT:
    """A network that was exported for LiteRT.

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
        self._lock = Lock()  # an Interpreter is not thread-safe, and Streamlit runs each session in a thread
        threads = min(threads, _most_threads or threads)
        self._interpreter = Interpreter(str(path), num_threads=threads)
        details = self._interpreter.get_input_details()[0]
        self._input = details["index"]
        self.sides = tuple(map(int, details["shape"][1:]))
        # Outputs go by their signature's names: the list of output tensors is not in the network's order.
        outputs = self._interpreter.get_signature_runner().get_output_details()
        self._outputs = [outputs[f"output_{i}"]["index"] for i in range(len(outputs))]
        self._shape: tuple[int, ...] = ()

    def run(self, x: np.ndarray, outputs: int | None = None) -> tuple[np.ndarray, ...]:
        """Compute the network's outputs, all or the first ones.

        Args:
            x: float32, of any number of rows; other sides as the network takes them.
            outputs: how many; all where None.
        """
        with self._lock:
            if x.shape != self._shape:
                self._interpreter.resize_tensor_input(self._input, x.shape)
                self._interpreter.allocate_tensors()
                self._shape = x.shape
            self._interpreter.set_tensor(self._input, x)
            self._interpreter.invoke()
            return tuple(self._interpreter.get_tensor(index) for index in self._outputs[:outputs])
