"""Made-up inputs, guided by which lines they reach: `python tests/fuzz_guided.py idx -runs=100000`.

For readers that are written in Python: what OpenCV, Pillow and LiteRT do inside is not seen. It needs atheris, which is
none of the requirements (`pip install atheris`). What follows the reader's name is for libFuzzer. Inputs that reached
something new are kept in `mnist-fuzz` beside other temporary files, and the next run goes on from them.
"""

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import atheris

with atheris.instrument_imports(include=["mnist_app"]):
    import fuzz
    import made_up

from hypothesis import HealthCheck, given, settings


def main() -> None:
    """Fuzz one reader; libFuzzer ends the process."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in made_up.READERS:
        sys.exit(f"Name a reader: {', '.join(made_up.READERS)}.")
    reader, found = made_up.READERS[name], fuzz.Found()

    @settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(reader.inputs)
    def each(made: object) -> None:
        fuzz.try_one(reader, made, found, fuzz.MOST_MEMORY)

    def take(content: bytes) -> None:
        if name in made_up.FILES:
            fuzz.try_one(reader, content, found, fuzz.MOST_MEMORY)
        else:
            each.hypothesis.fuzz_one_input(content)

    known = Path(tempfile.gettempdir(), "mnist-fuzz", name)
    known.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(made_up.FILES.get(name, {}).values()):
        (known / str(number)).write_bytes(content)
    atheris.Setup([*sys.argv, str(known)], take)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
