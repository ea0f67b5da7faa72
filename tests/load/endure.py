"""Ten visitors draw, and upload good and bad files, for an hour; in the middle the server is started anew.

    python tests/load/endure.py --minutes 60

Every drawing gets an answer, every file its row with a number or a sentence; what was on its way when the server ended
is told, too: the connection is lost, and whoever comes back hears that their files are to be sent once more. What got
neither is lost. The memory is to stay as it is, and every line of the log is to be of a kind that is known here.
"""

import argparse
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/browser"), str(ROOT / "tests")]  # a script finds only what lies beside it

import numpy as np
import pandas as pd
import pyarrow as pa
from bad_inputs import Case, make_cases
from pen_strokes import write_number
from serving import free_port, serve
from streamlit_client import Run, StreamlitClient
from time_sessions import Look, watch
from websockets.exceptions import WebSocketException

from mnist_app.web import navigation

PAUSE = (1.0, 4.0)  # seconds between two acts
PATIENCE = 180.0  # for an answer: the machine may have other work
AWAY = 300.0  # within which the server is there again
FORGED_EVERY = 4  # drawings
MOST_FILES = 4  # sent at once; of one alone there is no table
GREW = 1.15  # times the memory of the second quarter of a server's life: from then on it grows
FORGED: list[Any] = [
    [{"width": "9", "points": [["a", 1]]}],
    [{"width": 9, "points": [[1e300, -5]]}, 7, None],
    [{"width": 9, "points": [[1, 2]] * 30_000}],
    [[[[[[]]]]]],
    "M 0 0 L 1 1",
]
# What stands in the log of a server that is well.
KNOWN = {
    "a reading": re.compile(r"\S+ \S+ INFO (Upload|Draw|API): (read in|refused after) .*"),
    "its beginning": re.compile(r"\s*(You can now view your Streamlit app in your browser\.|URL: \S+|)"),
    "its end": re.compile(r"\s*Stopping\.\.\."),
    "LiteRT begins": re.compile(r"INFO: Created TensorFlow Lite XNNPACK delegate for CPU\."),
}
cases = cache(make_cases)


@dataclass
class Notes:
    """What came of all that was sent.

    Attributes:
        came: how often what happened.
        lost: what had neither answer nor message, a sentence each.
    """

    came: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)

    def drawn(self, run: Run, what: str) -> None:
        """Note what came of a drawing."""
        self.came[f"{what}: {'answered' if run.answer else 'lost'}"] += 1
        if not run.answer:
            self.lost.append(f"{what}: {run.errors}")

    def uploaded(self, run: Run, sent: dict[str, Case]) -> None:
        """Note what came of files."""
        rows = table(run)
        for name, case in sent.items():
            row = rows.get(name)
            if row is None:
                self.lost.append(f"{case.what}: {run.errors}")
            self.came["file: " + ("lost" if row is None else "refused" if row["Why it was not read"] else "read")] += 1


def table(run: Run) -> dict[str, dict[str, Any]]:
    """The rows of the page's table by the picture's name."""
    for element in run.elements:
        if element.HasField("dataframe"):
            rows: pd.DataFrame = pa.ipc.open_stream(element.dataframe.arrow_data.data).read_pandas()
            return {row["Picture"]: row for row in rows.to_dict("records")}
    return {}


def visit(url: str, number: int, end: float, notes: Notes) -> None:
    """Be one visitor until a time of `time.monotonic`."""
    rng = np.random.default_rng(number)
    client = StreamlitClient(url, PATIENCE)
    with closing(client):
        acts: list[Callable[[StreamlitClient, np.random.Generator, Notes], None]] = [draw, upload]
        while time.monotonic() < end:
            try:
                acts[rng.integers(2)](client, rng, notes)
            except (OSError, WebSocketException) as error:
                notes.came[f"told by the browser: {type(error).__name__}"] += 1
                come_back(client, notes)
            time.sleep(rng.uniform(*PAUSE))


def come_back(client: StreamlitClient, notes: Notes) -> None:
    """Connect again as a browser does by itself, with the page that is open and what lies on it."""
    end = time.monotonic() + AWAY
    while time.monotonic() < end:
        time.sleep(1)
        try:
            client.close()
            client.connect()
            run = client.again()
        except (OSError, WebSocketException):
            continue
        said = [element.alert.body for element in run.elements if element.HasField("alert")]
        notes.came["came back" + (", and heard that files are lost" if said else "")] += 1
        return
    notes.lost.append("The server did not come back.")


def draw(client: StreamlitClient, rng: np.random.Generator, notes: Notes) -> None:
    """Write a number, a stroke at a time; now and then send what no pen draws."""
    client.visit()
    _, strokes = write_number(rng)
    for i in range(len(strokes)):
        notes.drawn(client.draw(strokes[: i + 1]), "stroke")
        time.sleep(rng.uniform(*PAUSE) / 4)
    if not rng.integers(FORGED_EVERY):
        notes.drawn(client.draw(FORGED[rng.integers(len(FORGED))]), "forged drawing")
    client.draw([])


def upload(client: StreamlitClient, rng: np.random.Generator, notes: Notes) -> None:
    """Send some files of the corpus, good and bad ones."""
    client.visit(navigation.UPLOAD.address)
    chosen = rng.choice(len(cases()), size=rng.integers(2, MOST_FILES + 1), replace=False)
    sent = {f"{i}-{time.monotonic_ns()}.png": cases()[i] for i in chosen.tolist()}  # a new name is read anew
    try:
        run = client.upload({name: case.content for name, case in sent.items()})
    except HTTPError as error:
        notes.came[f"file: refused on its way ({error.code})"] += len(sent)
        return
    notes.uploaded(run, sent)


def endure(minutes: float, sessions: int, log: Path) -> tuple[Notes, list[list[Look]]]:
    """Have so many visitors use the app for so long, and start its server anew in the middle.

    Args:
        minutes: in all.
        sessions: how many visitors.
        log: the file that both servers write.

    Returns:
        What the visitors met, and the looks at each of the two servers.
    """
    notes, lives, port = Notes(), [], free_port()
    end = time.monotonic() + 60 * minutes
    given = (f"http://127.0.0.1:{port}",)
    visitors = [threading.Thread(target=visit, args=[*given, i, end, notes], daemon=True) for i in range(sessions)]
    for life in range(2):
        with serve(log, port=port) as server, watch(server.process) as looks:
            lives.append(looks)
            if life == 0:
                for visitor in visitors:
                    visitor.start()
                time.sleep(max(0, end - 30 * minutes - time.monotonic()))
            else:
                for visitor in visitors:
                    visitor.join()
    return notes, lives


def growth(looks: list[Look]) -> float:
    """The memory in the last quarter of a server's life, as a multiple of that in the second."""
    quarters = [part.mean() for part in np.array_split([look.megabytes for look in looks], 4)]
    return float(quarters[3] / quarters[1])


def sort_log(lines: list[str]) -> tuple[Counter[str], list[str]]:
    """How many lines there are of each kind, and those of none."""
    kinds, unknown = Counter[str](), []
    for line in lines:
        kind = next((name for name, pattern in KNOWN.items() if pattern.fullmatch(line)), None)
        kinds[kind or "not explained"] += 1
        if kind is None:
            unknown.append(line)
    return kinds, unknown


def main() -> None:
    """Do so, and print what came of it; exits with 1 where something was lost, grew or is not explained."""
    parser = argparse.ArgumentParser(description="Visitors for an hour, with a new server in the middle.")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--sessions", type=int, default=10, help="visitors at once")
    parser.add_argument("--log", type=Path, help="keep the server's log here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = asked.log or Path(folder) / "log.txt"
        notes, lives = endure(asked.minutes, asked.sessions, log)
        kinds, unknown = sort_log(log.read_text(errors="replace").splitlines())
    for what, count in sorted(notes.came.items()):
        print(f"{what}: {count:,}")
    for number, looks in enumerate(lives, 1):
        tenths = [f"{part.mean():.0f}" for part in np.array_split([look.megabytes for look in looks], 10)]
        print(f"server {number}: MB in each tenth of its life: {', '.join(tenths)}; grew {growth(looks):.2f} times")
    print(f"log: {', '.join(f'{count:,} {kind}' for kind, count in kinds.most_common())}")
    for line in [*notes.lost, *unknown][:50]:
        print(f"    {line}")
    sys.exit(bool(notes.lost or unknown or max(map(growth, lives)) > GREW))


if __name__ == "__main__":
    main()
