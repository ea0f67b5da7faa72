"""Why ink is left out, and what a picture without digits looks like."""

import numpy as np

from mnist_app.digits.generated.kinds import Kind
from mnist_app.reading.answer import LooksLike, Rejected
from mnist_app.reading.detecting.candidates import Candidate
from mnist_app.reading.detecting.detector import UNSEEN, Level
from mnist_app.reading.detecting.evidence import Evidence

PHOTO: LooksLike = "photo"
WORDS: LooksLike = "words"
PRINTED: LooksLike = "print"
DRAWING: LooksLike = "drawing"
LOOKS = {Kind.PICTURE: PHOTO, Kind.LETTER: WORDS, Kind.PRINT: PRINTED, Kind.DRAWING: DRAWING}
MOSTLY = 0.5  # share of a picture, or of its ink, from which on it is said what it looks like
LINE, NOT_A_DIGIT = "ruled line", "I don't think this is a digit"
REASONS = {
    Kind.PAPER: "a line, a shadow or a speck",
    Kind.DIGIT: NOT_A_DIGIT,
    Kind.LETTER: "part of a word",
    Kind.PRINT: "printed",
    Kind.DRAWING: "a sign or a drawing",
    Kind.PICTURE: "not written ink",
}


def leave_out(candidate: Candidate) -> Rejected:
    """A candidate as ink that is left out, with the reason that its surroundings give."""
    kind = Kind.DIGIT if candidate.seen is UNSEEN else Kind(int(candidate.seen.near.argmax()))
    return Rejected(candidate.blob.box, REASONS[kind], candidate.look.image)


def looks_like(candidates: list[Candidate], evidence: Evidence | None, levels: list[Level]) -> LooksLike | None:
    """What most of a picture is, or most of its ink, as far as the detector can tell.

    Args:
        candidates: of the picture.
        evidence: what is known of them; None where there are none.
        levels: what the detector sees.
    """
    if levels[-1].kinds[..., Kind.PICTURE].mean() > MOSTLY:
        return PHOTO
    if evidence is None:
        return None
    areas = evidence.mark * np.array([one.blob.area for one in candidates])
    ink = areas @ evidence.kinds / max(areas.sum(), 1)
    kind, writing = Kind(int(ink.argmax())), ink[Kind.LETTER] + ink[Kind.PRINT]  # words between both are words
    return LOOKS.get(kind) if max(ink[kind], writing) > MOSTLY else None
