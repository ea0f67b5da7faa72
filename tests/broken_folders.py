"""Kinds of broken model folders: each function spoils one file of a sound one."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

Spoil = Callable[[Path], object]


def missing(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


def holding(name: str, content: str | bytes) -> Spoil:
    return lambda folder: (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def cut(name: str, share: float = 0.5) -> Spoil:
    """Only the first part of the file is left."""

    def spoil(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(share * len(content))])

    return spoil


def is_folder(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def telling(name: str, **values: object) -> Spoil:
    """A JSON file says something else; what is None it does not say at all."""

    def spoil(folder: Path) -> None:
        told = json.loads((folder / name).read_text()) | values
        (folder / name).write_text(json.dumps({key: value for key, value in told.items() if value is not None}))

    return spoil


def with_cell(name: str, column: str, value: str) -> Spoil:
    """A CSV file has another value in the first row."""

    def spoil(folder: Path) -> None:
        header, first, *rows = (folder / name).read_text().splitlines()
        cells = first.split(",")
        cells[header.split(",").index(column)] = value
        (folder / name).write_text("\n".join([header, ",".join(cells), *rows]))

    return spoil


def with_array(name: str, key: str, change: Callable[[np.ndarray], np.ndarray]) -> Spoil:
    """An array is changed."""

    def spoil(folder: Path) -> None:
        with np.load(folder / name) as stored:
            arrays = dict(stored)
        np.savez_compressed(folder / name, **arrays | {key: change(arrays[key])})

    return spoil


def without_array(name: str, key: str) -> Spoil:
    def spoil(folder: Path) -> None:
        with np.load(folder / name) as stored:
            arrays = {each: values for each, values in stored.items() if each != key}
        np.savez_compressed(folder / name, **arrays)

    return spoil


def pickled(folder: Path) -> None:
    """The answers are objects, which are made by running what stands in the file."""
    np.savez(folder / "test_outputs.npz", y_prob=np.array([{}], dtype=object), allow_pickle=True)


def nan(values: np.ndarray) -> np.ndarray:
    return np.full_like(values, np.nan)


# By the file that is spoilt.
KINDS: dict[str, dict[str, Spoil]] = {
    "recipe.json": {
        "missing": missing("recipe.json"),
        "empty": holding("recipe.json", ""),
        "an empty object": holding("recipe.json", "{}"),
        "a list": holding("recipe.json", "[1, 2]"),
        "cut": cut("recipe.json"),
        "no text": holding("recipe.json", bytes(range(256))),
        "deep": holding("recipe.json", '{"parameters":' + "[" * 100_000),
        "huge": holding("recipe.json", '{"parameters": 1}' + " " * 6_000_000),
        "a folder": is_folder("recipe.json"),
        "text for a number": telling("recipe.json", epochs="many"),
        "an unknown word": telling("recipe.json", augmentation="<b>none</b>"),
        "without a checksum": telling("recipe.json", data_sha256=None),
        "digits without end": holding("recipe.json", '{"parameters": ' + "9" * 5000 + "}"),
    },
    "metrics.json": {
        "missing": missing("metrics.json"),
        "cut": cut("metrics.json"),
        "NaN": holding("metrics.json", '{"accuracy": NaN}'),
        "text for a number": telling("metrics.json", errors="<img src=x>"),
        "without a figure": telling("metrics.json", train_seconds=None),
        "too few digits": telling("metrics.json", per_class=[]),
    },
    "calibration.json": {
        "missing": missing("calibration.json"),
        "empty": holding("calibration.json", ""),
        "temperature 0": telling("calibration.json", temperature=0),
        "temperature NaN": telling("calibration.json", temperature=float("nan")),
        "text for a number": telling("calibration.json", unsure="never"),
    },
    "history.csv": {
        "missing": missing("history.csv"),
        "empty": holding("history.csv", ""),
        "no text": holding("history.csv", bytes(range(256))),
        "other columns": holding("history.csv", "a,b\n1,2\n"),
        "text for a number": with_cell("history.csv", "loss", "low"),
        "NaN": with_cell("history.csv", "seconds", "nan"),
        "half a row": cut("history.csv", 0.9),
    },
    "test_outputs.npz": {
        "missing": missing("test_outputs.npz"),
        "empty": holding("test_outputs.npz", b""),
        "cut": cut("test_outputs.npz"),
        "no archive": holding("test_outputs.npz", b"PK\x03\x04" + bytes(1000)),
        "pickled": pickled,
        "without an array": without_array("test_outputs.npz", "features"),
        "fewer digits": with_array("test_outputs.npz", "y_prob", lambda values: values[:5000]),
        "eleven classes": with_array("test_outputs.npz", "y_prob", lambda values: np.hstack([values, values[:, :1]])),
        "text": with_array("test_outputs.npz", "y_prob", lambda values: values.astype("U4")),
        "NaN": with_array("test_outputs.npz", "y_prob", nan),
    },
    "digit_test.npz": {
        "missing": missing("digit_test.npz"),
        "another shape": with_array("digit_test.npz", "means", lambda values: values[:, :3]),
        "NaN": with_array("digit_test.npz", "whitening", nan),
    },
    "explore.npz": {
        "cut": cut("explore.npz"),
        "fewer digits": with_array("explore.npz", "points", lambda values: values[:7]),
        "digits that are not there": with_array("explore.npz", "train indices", lambda values: values * 0 + 65_000),
        "NaN": with_array("explore.npz", "points", nan),
        "without an array": without_array("explore.npz", "train issue"),
    },
    "corruptions.csv": {
        "cut": cut("corruptions.csv", 0.99),
        "an unknown family": with_cell("corruptions.csv", "family", "rain"),
        "a severity that is none": with_cell("corruptions.csv", "severity", "9"),
        "digits that are not there": with_cell("corruptions.csv", "worst", "99999:1"),
    },
    "model.tflite": {
        "missing": missing("model.tflite"),
        "empty": holding("model.tflite", b""),
        "text": holding("model.tflite", "network"),
        "cut": cut("model.tflite"),
        "only its mark": holding("model.tflite", b"\x1c\x00\x00\x00TFL3" + bytes(500)),
        "another network": lambda folder: (folder / "model.tflite").write_bytes(
            (Path("models") / "detector" / "detector.tflite").read_bytes()
        ),
    },
}
ALL = {f"{file}: {kind}": spoil for file, kinds in KINDS.items() for kind, spoil in kinds.items()}
