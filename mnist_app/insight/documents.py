"""Write a report as one HTML file that needs nothing else, and as Markdown with its pictures beside it."""

import base64
import html
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_app.files import write_whole
from mnist_app.tables import Row

STYLE = """
body { font: 16px/1.55 system-ui, sans-serif; color: #222; background: #fff; max-width: 52rem; margin: 2rem auto;
  padding: 0 1rem; }
h1, h2 { line-height: 1.25; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
figure { margin: 1.25rem 0; }
img { max-width: 100%; height: auto; }
figcaption { color: #555; font-size: 0.9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.25rem 0.75rem; text-align: left; border-bottom: 1px solid #ddd; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) {
  table { font-size: 0.8rem; }
  th, td { padding: 0.25rem; }
}
"""


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """Sentences, one below the other."""

    lines: list[str]


@dataclass(frozen=True)
class Table:
    """Rows with the same keys, which head the columns."""

    rows: list[Row]


@dataclass(frozen=True)
class Figure:
    """A picture.

    Attributes:
        name: of its file, without the ending.
        png: the file's content.
        caption: what it shows; said below it and to those who cannot see it.
    """

    name: str
    png: bytes
    caption: str


Block = Heading | Text | Bullets | Table | Figure


@dataclass(frozen=True)
class Report:
    """A title and what follows it."""

    title: str
    blocks: list[Block]


def write(report: Report, folder: Path) -> list[Path]:
    """Write `report.html`, `report.md` and the Markdown's pictures into a folder; return their paths, these two first.

    Raises:
        ValueError: the folder cannot be written to; what was written of a report that was not there before is removed.
    """
    contents: dict[str, bytes] = {"report.html": to_html(report).encode(), "report.md": to_markdown(report).encode()}
    contents |= {f"{block.name}.png": block.png for block in report.blocks if isinstance(block, Figure)}
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_whole(folder / name, content)
    except OSError as error:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise ValueError(f"The report cannot be written to {folder}: {error.strerror}.") from None
    return [folder / name for name in contents]


def to_html(report: Report) -> str:
    """The whole report as one page, its pictures in it: it loads nothing and runs no script."""
    title = html.escape(report.title)
    body = "\n".join(map(_html, report.blocks))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f'<link rel="icon" href="data:,">\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n'
        "</body>\n</html>\n"
    )


def to_markdown(report: Report) -> str:
    """The report as Markdown, which shows pictures that lie beside it."""
    return "\n\n".join([f"# {report.title}", *map(_markdown, report.blocks)]) + "\n"


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{html.escape(text)}</h2>"
        case Text(text):
            return f"<p>{html.escape(text)}</p>"
        case Bullets(lines):
            return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"
        case Figure(_, png, caption):
            url, said = "data:image/png;base64," + base64.b64encode(png).decode(), html.escape(caption)
            return f'<figure><img src="{url}" alt="{said}"><figcaption>{said}</figcaption></figure>'
        case Table(rows):
            head = "".join(
                f'<th scope="col"{_align(value)}>{html.escape(name)}</th>' for name, value in rows[0].items()
            )
            cells = "".join(f"<tr>{''.join(map(_html_cell, row.values()))}</tr>" for row in rows)
            return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table></div>'


def _html_cell(value: Any) -> str:
    return f"<td{_align(value)}>{html.escape(_cell(value))}</td>"


def _align(value: Any) -> str:
    return "" if isinstance(value, str) else ' class="number"'


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {text}"
        case Text(text):
            return text
        case Bullets(lines):
            return "\n".join(f"- {line}" for line in lines)
        case Figure(name, _, caption):
            return f"![{caption}]({name}.png)"
        case Table(rows):
            kinds = ["---" if isinstance(value, str) else "--:" for value in rows[0].values()]
            table = [list(rows[0]), kinds, *([_cell(value) for value in row.values()] for row in rows)]
            return "\n".join(f"| {' | '.join(row)} |" for row in table)


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
