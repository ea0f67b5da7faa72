"""Kill trainings and servers again and again, and look whether anything is lost that was finished or confirmed.

    python tests/kills.py --publishing 100 --training 200 --server 50

Each kill is a real one (SIGKILL). A network is published by a process that ends itself before each change of files in
turn; a training of a few digits is killed at a random moment and goes on until it is finished, with the numbers of one
that nobody killed; the app is killed while a visitor corrects what was read.
"""

import argparse
import csv
import gzip
import itertools
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/browser"), str(ROOT / "tests/load")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
from serving import free_port
from streamlit_client import StreamlitClient
from websockets.exceptions import WebSocketException

from mnist_app.collection.store import Store
from mnist_app.digits import datasets
from mnist_app.network import model_store
from mnist_app.web import navigation, visitor
from mnist_app.web.session import PictureFile

NAME = "mine"
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate")  # what Python tells of files that change
EPOCHS = 3  # of the trainings that are killed
DIGITS = 300  # that they learn from
PATIENCE = 300  # seconds to wait for a server: the machine may have other work
SECONDS = 1.5  # within which a server is killed once it is corrected at
GOING_ON = re.compile(r"Going on after epoch (\d+)")


def fork(do: Callable[[], Any], output: Path = Path(os.devnull)) -> int:
    """Do something in a process of its own, which writes into a file; returns the process's id."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, 1)
        os.dup2(file, 2)
        do()
        code = 0
    finally:
        os._exit(code)


def end(process: int) -> int:
    """Wait for a process; returns its exit code, or the number of the signal that killed it, below 0."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def tell(how_far: str) -> None:
    """Say on the error output how far it is."""
    print(f"\r{how_far}", end="", file=sys.stderr, flush=True)


# ---- publishing ----


def die_at(change: int) -> None:
    """Have this process kill itself in place of the so many-th change of files from now on; 0 is never."""
    count = itertools.count(1)

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in CHANGES or writes) and next(count) == change:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)


def publish(folder: Path, number: int, change: int = 0) -> None:
    """Write a whole model that is told by a number, and be killed while it is given its name."""
    with model_store.writing(NAME, folder, overwrite=True, resume=True) as model:
        shutil.copytree(model_store.find_model("minimal").folder, model.folder, dirs_exist_ok=True)
        model_store.write_json(model.folder / "recipe.json", model.recipe | {"seed": number})
        (model.folder / "number").write_text(str(number))
        model.unfinished.mkdir(exist_ok=True)
        (model.unfinished / "state").write_text(str(number))
        die_at(change)


def published(folder: Path) -> int | None:
    """The number of the model that is there, all of whose files can be used; None where there is none."""
    if not list(folder.glob(f"*{NAME}*")):
        return None
    try:
        model = model_store.find_model(NAME, folder)
    except ValueError as error:
        if "There is no model" in str(error):
            return None
        raise
    number = int((model.folder / "number").read_text())
    assert model.recipe["seed"] == number, "of two trainings"
    return number


def kill_publishing(kills: int, folder: Path) -> str:
    """Kill a process that publishes at each of its changes in turn, with and without a model that it replaces.

    Raises:
        AssertionError: a model is lost, or is none.
    """
    number, done, points = 0, 0, 0
    while done < kills:
        for replaces in (True, False):
            for change in itertools.count(1):
                if done >= kills:
                    break
                if replaces:
                    number += 1
                    publish(folder, number)
                else:
                    shutil.rmtree(folder)
                    folder.mkdir()
                number += 1
                if end(fork(partial(publish, folder, number, change))) == 0:
                    break  # there are no more changes
                done, points = done + 1, max(points, change)
                # The first change says that the model is finished.
                expected = number if change > 1 else number - 1 if replaces else None
                assert published(folder) == expected, (change, replaces)
                publish(folder, number + 1)
                number += 1
                assert published(folder) == number
                assert [path.name for path in folder.iterdir()] == [NAME], "nothing is left behind"
    return f"{done} kills at {points} points of the publishing: no finished model lost"


# ---- training ----


def few_digits(folder: Path) -> Path:
    """IDX files with a few of MNIST's digits."""
    folder.mkdir(exist_ok=True)
    for split, arrays in zip(("train", "test"), datasets.load_mnist(), strict=True):
        for kind, array in zip("xy", arrays, strict=True):
            (folder / datasets.FILES[f"{kind}_{split}"]).write_bytes(gzip.compress(datasets.to_idx(array[:DIGITS]), 1))
    return folder


def train(data: Path, folder: Path) -> None:
    """Run the real command, but for the folder that it writes into."""
    from mnist_app.cli import commands

    model_store.writing = partial(model_store.writing, folder=folder)  # type: ignore[assignment]
    given = ["--recipe", "minimal", "--name", NAME, "--epochs", str(EPOCHS), "--data", str(data), "--overwrite"]
    commands.app(["train", *given], standalone_mode=False)


def history(folder: Path) -> list[dict[str, str]]:
    """What a finished training's history says, but for the seconds."""
    with (folder / NAME / "history.csv").open(newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def kept_epochs(folder: Path) -> int:
    """How many epochs a training has finished that was killed."""
    states = (model_store.partial_folder(NAME, folder) / ".unfinished").glob("[0-9]*.weights.h5")
    return max((int(path.name.split(".")[0]) for path in states), default=0)


def kill_training(kills: int, folder: Path, rng: random.Random) -> str:
    """Kill trainings at random moments; each goes on until it is finished, and the next one takes its place.

    Raises:
        AssertionError: an epoch, or the older model, is lost, or the numbers are others.
    """
    import mnist_app.network.training  # noqa: F401  # once for all processes

    data, output = few_digits(folder / "data"), folder / "output"
    models = folder / "models"
    start = time.monotonic()
    assert end(fork(partial(train, data, models), output)) == 0, output.read_text()
    takes, expected = time.monotonic() - start, history(models)
    done, finished, went_on = 0, 0, 0
    while done < kills:
        kept = kept_epochs(models)
        output.unlink()
        process = fork(partial(train, data, models), output)
        timer = threading.Timer(rng.uniform(0, takes), partial(os.kill, process, signal.SIGKILL))
        timer.start()
        code = end(process)
        timer.cancel()
        said = GOING_ON.search(output.read_text()) if output.exists() else None
        went_on += bool(said)
        assert not said or int(said[1]) == kept, (kept, said)
        assert model_store.find_model(NAME, models), "the older one, or the new one"
        assert code in (0, -signal.SIGKILL), output.read_text()
        done, finished = done + (code != 0), finished + (code == 0)
        assert code or history(models) == expected, history(models)
        tell(f"{done} kills of trainings, {finished} finished")
    return f"{done} kills of trainings, {finished} finished and {went_on} went on: no epoch and no model lost"


# ---- the server ----


def serve(port: int, collection: Path) -> NoReturn:
    """Run the app as `streamlit run app.py` does."""
    from streamlit.web import cli

    os.chdir(ROOT)
    os.environ["MNIST_APP_COLLECTION"] = f"sqlite:///{collection}"
    cli.main(["run", "app.py", f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"])
    raise AssertionError("It ends with the process.")


@contextmanager
def connected(port: int) -> Iterator[StreamlitClient]:
    """A visitor of a server that is just starting."""
    for _ in range(10 * PATIENCE):
        with suppress(OSError):
            client = StreamlitClient(f"http://127.0.0.1:{port}", PATIENCE)
            break
        time.sleep(0.1)
    yield client
    with suppress(Exception):
        client.close()


def correct(client: StreamlitClient, rng: random.Random, confirmed: list[int]) -> None:
    """Upload a digit after the other, and say what each is; notes what the page confirms."""
    images = datasets.load_mnist()[1][0]
    with suppress(OSError, WebSocketException):
        client.visit(navigation.UPLOAD.address)
        for number in rng.sample(range(len(images)), 200):
            large = cv2.resize(255 - images[number], (140, 140))
            file = PictureFile(f"{number}.png", cv2.imencode(".png", large)[1].tobytes())
            client.upload({file.name: file.content})
            label = rng.randrange(10)
            with suppress(LookupError):  # it is what was read, or no single digit was
                run = client.click(f"is_{label}_{file.key}")
                if any("Kept: this is" in element.markdown.body for element in run.elements):
                    confirmed.append(label)


def kill_server(kills: int, folder: Path, rng: random.Random) -> str:
    """Kill servers while a visitor corrects what was read.

    Raises:
        AssertionError: a digit that was confirmed is not kept.
    """
    collection, total = folder / "digits.sqlite", 0
    for kill in range(kills):
        port = free_port()
        process = fork(partial(serve, port, collection), folder / "server.txt")
        with connected(port) as client:
            confirmed: list[int] = []
            correcting = threading.Thread(target=correct, args=[client, rng, confirmed])
            correcting.start()
            wait = time.monotonic() + PATIENCE
            while not confirmed and time.monotonic() < wait:
                time.sleep(0.01)
            time.sleep(rng.uniform(0, SECONDS))
            os.kill(process, signal.SIGKILL)
            end(process)
            correcting.join()
            owner = client.cookies[visitor.COOKIE]
        labels = [entry.label for entry in Store(f"sqlite:///{collection}").entries(owner)]
        assert confirmed, "nothing was confirmed"
        assert labels[: len(confirmed)] == confirmed, (kill, confirmed, labels)
        assert len(labels) <= len(confirmed) + 1, (kill, confirmed, labels)  # the last may be kept and not yet told
        total += len(confirmed)
        tell(f"{kill + 1} kills of the server, {total} corrections")
    return f"{kills} kills of the server after {total} corrections: none that was confirmed lost"


def main() -> None:
    """Kill as the command line says."""
    parser = argparse.ArgumentParser(description="Kill trainings and servers, and look whether anything is lost.")
    parser.add_argument("--publishing", type=int, default=100, help="kills (default: 100)")
    parser.add_argument("--training", type=int, default=200, help="kills (default: 200)")
    parser.add_argument("--server", type=int, default=50, help="kills (default: 50)")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    for kills, do in (
        (asked.publishing, kill_publishing),
        (asked.server, partial(kill_server, rng=rng)),
        (asked.training, partial(kill_training, rng=rng)),
    ):
        if not kills:
            continue
        with tempfile.TemporaryDirectory() as folder:
            start = time.monotonic()
            print(f"{do(kills, Path(folder))}; {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
