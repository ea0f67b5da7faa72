"""The lesson of `docs/lesson.md`, cut into its parts."""

import re
from dataclasses import dataclass

from mnist_app.settings import PACKAGE
from mnist_app.web import navigation
from mnist_app.web.navigation import Page

FILE = PACKAGE.parent / "docs" / "lesson.md"
# On paper: the text alone, and no stop cut in two where it can be avoided.
PRINTED = """<style>
@media print {
    html, body { background: white !important }
    [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stPageLink"], [data-testid="stToolbar"] {
        display: none !important }
    [data-testid="stApp"], [data-testid="stAppViewContainer"], [data-testid="stMain"] {
        display: block !important; position: static !important; overflow: visible !important; height: auto !important;
        background: white !important; color: black !important }
    .stMainBlockContainer { padding: 0 !important; max-width: none !important }
    .stMainBlockContainer * { color: black !important }
    [class*="st-key-stop"] { break-inside: avoid }
    h1 { font-size: 20pt !important; padding: 0 !important }
    h2 { font-size: 13pt !important; padding: 0 0 4pt !important }
    p, li { font-size: 10.5pt !important }
}
</style>"""


@dataclass(frozen=True)
class Part:
    """The beginning or one stop of the lesson.

    Attributes:
        heading: without its sign.
        text: what follows it, Markdown.
    """

    heading: str
    text: str

    @property
    def minutes(self) -> int:
        """How long it takes; 0 for the beginning."""
        found = re.search(r"(\d+) minutes$", self.heading)
        return int(found[1]) if found else 0

    @property
    def page(self) -> Page | None:
        """The page that it begins on; None where it names none."""
        found = re.search(r"^Page: \*\*(.+)\*\*$", self.text, re.MULTILINE)
        return next((page for page in navigation.PAGES if found and page.title == found[1]), None)


def read() -> list[Part]:
    """The beginning, whose heading is the lesson's title, and the stops."""
    parts = re.split(r"^#+ ", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [Part(*(text.strip() for text in part.split("\n", 1))) for part in parts]
