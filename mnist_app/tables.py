"""Rows of figures as text: aligned for a terminal, or CSV."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

Row = dict[str, Any]

# A cell that begins so is run as a formula by spreadsheets; with an apostrophe before it, it is text.
FORMULA = re.compile(r"'*\s*[=+\-@\t]")


def to_text(rows: list[Row]) -> str:
    """Align rows with the same keys in columns under their names; "" for no rows."""
    if not rows:
        return ""
    cells = [list(rows[0])] + [[_cell(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def to_csv(rows: list[Row]) -> str:
    """Write rows with the same keys as CSV with a header; "" for no rows.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay what they are. All lines
    of a text end alike.
    """
    file = io.StringIO()
    write_csv(rows, file)
    return file.getvalue()


def write_csv(rows: Iterable[Row], file: TextIO) -> None:
    """Write rows as `to_csv` does, each when it comes."""
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(file, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({key: _harmless(value) for key, value in row.items()})


def read_csv(path: Path, types: Mapping[str, Callable[[str], Any]]) -> list[Row]:
    """Read rows that `to_csv` wrote into a file; an empty list where there is none.

    Args:
        path: the file.
        types: what makes a value of a column's text; a column without one stays text. An empty cell with one is None.
    """
    if not path.exists():
        return []

    def value(column: str, text: str) -> Any:
        if column not in types:
            return text[1:] if text.startswith("'") and FORMULA.match(text) else text
        return types[column](text) if text else None

    with path.open(newline="", encoding="utf-8") as file:
        return [{column: value(column, text) for column, text in row.items()} for row in csv.DictReader(file)]


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # of these alone, `csv` knows that they must be quoted
    return f"'{text}" if FORMULA.match(text) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
