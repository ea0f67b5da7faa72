"""What one visitor has in hand while they go from page to page; pages ask it, and it knows nothing of Streamlit."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from secrets import token_hex
from typing import Generic, Protocol, TypeVar

import numpy as np

from mnist_app.insight.places import WHOLE, Box
from mnist_app.reading.corrections import Mark
from mnist_app.web.challenge import Challenge
from mnist_app.web.strokes import Stroke

Content = TypeVar("Content")


@dataclass
class Sheet(Generic[Content]):
    """What lies on a canvas that both the visitor and the program change.

    A canvas takes something else from the program only when that differs from what it was given before, hence the
    counted turns: drawing a stroke, undoing it, drawing and undoing again gives the same drawing twice.

    Attributes:
        content: what lies on it, as of its last run.
        start: what the program last gave it.
        turn: how often the program gave it something; goes to the canvas with `start`.
        shown: the turn that the canvas has.
        visit: another one for whoever comes anew, as to a server in place of one that ended.
    """

    content: Content
    start: Content = field(init=False)
    turn: int = 0
    shown: int = 0
    visit: str = field(default_factory=token_hex)

    def __post_init__(self) -> None:
        self.start = self.content

    def put(self, content: Content) -> None:
        """Lay something else on the canvas; its next run shows it."""
        self.content = self.start = content
        self.turn += 1

    def hand_over(self, fresh: bool) -> bool:
        """Tell whether the canvas has to be given `start`, and count it as given.

        Args:
            fresh: whether the canvas is new, or its page was left and opened again: then it has forgotten all.
        """
        if fresh:
            self.put(self.content)
        given, self.shown = self.shown, self.turn
        return given != self.turn


class Upload(Protocol):
    """A file as Streamlit hands it over, anew in every run of the page; its id stays."""

    file_id: str
    name: str

    def getvalue(self) -> bytes: ...


@dataclass(frozen=True)
class PictureFile:
    """A picture as the visitor gave it: name and content."""

    name: str
    content: bytes = field(repr=False)

    @cached_property
    def key(self) -> str:
        """Short, and another one for another name or content."""
        return hashlib.sha256(self.name.encode() + self.content).hexdigest()[:12]


@dataclass
class Session:
    """What one visitor has in hand.

    Attributes:
        drawing: the strokes on Draw's paper.
        digit: `(28, 28)` uint8, the visitor's own digit for the pages that say more of one; None before the first.
        digit_is_drawn: whether that digit lies on Draw's paper.
        files: the pictures that are uploaded, by Streamlit's id.
        example: name of the page to try that was chosen on Upload.
        marks: the boxes of each picture that was corrected by hand, by its key; None where they are as read again.
        map_box: the box on the map.
        visitor: their key in the collection of digits; "" as long as nobody asked.
        kept: ids of the digits that were kept by one tap for a whole picture, by the picture's key.
        as_taught: whether their digits are read with what they taught the network.
        challenge: their games with the networks.
        challenge_sheet: the strokes on the paper of these games.
    """

    drawing: Sheet[list[Stroke]] = field(default_factory=lambda: Sheet([]))
    digit: np.ndarray | None = None
    digit_is_drawn: bool = False
    files: dict[str, PictureFile] = field(default_factory=dict)
    example: str | None = None
    marks: dict[str, list[Mark] | None] = field(default_factory=dict)
    map_box: Sheet[Box] = field(default_factory=lambda: Sheet((WHOLE, WHOLE)))
    visitor: str = ""
    kept: dict[str, list[int]] = field(default_factory=dict)
    as_taught: bool = True
    challenge: Challenge = field(default_factory=Challenge)
    challenge_sheet: Sheet[list[Stroke]] = field(default_factory=lambda: Sheet([]))

    def keep_digit(self, image: np.ndarray, drawn: bool) -> None:
        """Keep the visitor's own digit `(28, 28)` uint8 until there is another."""
        self.digit, self.digit_is_drawn = image, drawn

    def take(self, uploads: Iterable[Upload], name: str | None = None) -> list[PictureFile]:
        """Take uploads over: each is read once, however often the page runs; the others are let go.

        Args:
            uploads: all that there are now.
            name: to call them by in place of their own.

        Returns:
            The pictures in their order; the same one twice is one.
        """
        self.files = {
            upload.file_id: self.files.get(upload.file_id) or PictureFile(name or upload.name, upload.getvalue())
            for upload in uploads
        }
        return list({file.key: file for file in self.files.values()}.values())

    def choose_example(self, name: str) -> None:
        """Keep the name of a page to try."""
        self.example = name
