"""A reading in words: what the pages say about a digit, a number or no digit at all, and one row of a table."""

from collections import Counter
from collections.abc import Iterable

from mnist_app.reading.answer import Digit, Reading, Rejected
from mnist_app.reading.left_out import DRAWING, NOT_A_DIGIT, PHOTO, PRINTED, WORDS
from mnist_app.tables import Row

EMPTY_PAPER = "", "The paper is empty. The answer to what you draw appears here, after every stroke."
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
CLEAR = 0.9  # above it, no other digit is worth naming
CERTAINTY = ((0.99, "Almost certain"), (CLEAR, "Very sure"), (0.7, "Fairly sure"), (0.0, "Not sure"))
LOOKS_LIKE = {
    PHOTO: "This looks like a photo, not a page.",
    WORDS: "This looks like words.",
    PRINTED: "This looks like print.",
    DRAWING: "This looks like a drawing or a sign.",
}
MOST_REASONS = 2  # in a sentence
AS_TYPED = "As you say."


def percent(share: float) -> str:
    """Write a probability for people: never "100 %", which no network may claim."""
    number = "over 99.9" if share > 0.999 else f"{100 * share:.1f}"
    return f"{number}\N{NO-BREAK SPACE}%"


def say_digit(digit: Digit) -> str:
    """Say in a few words what one of several digits was read as, and how sure that is."""
    if digit.state == "typed":
        return f"{digit.label}, as you say"
    return f"{digit.label}{'?' if digit.state == 'unsure' else ''}, {percent(digit.confidence)}"


def least_sure(reading: Reading) -> str:
    """How sure the network is of the digit that it is least sure of; "" where it read none."""
    confidences = [digit.confidence for digit in reading.digits if digit.state != "typed"]
    return percent(min(confidences)) if confidences else ""


def in_words(reading: Reading) -> tuple[str, str]:
    """Say what was read: the answer itself, such as "42", "4 or 9?" or "?", and a sentence on how sure it is."""
    digits = reading.digits
    if len(digits) == 1:
        return _one_digit(digits[0])
    if digits:
        return reading.text, _how_sure(digits)
    return "?", LOOKS_LIKE[reading.looks_like] if reading.looks_like else _why_none(reading)


def why_dashed(reading: Reading) -> str:
    """Say why ink beside the digits, dashed on the paper, was left out; "" where there is none.

    Where there is no digit at all, `in_words` says why.
    """
    if not (reading.digits and reading.rejected):
        return ""
    return f"The dashed ink was left out: {_reasons(reading.rejected)}."


def flatten_answer(answer: Row) -> Row:
    """Turn one picture's answer, as `predict --format json` prints it, into one row; its lines are joined by spaces."""
    confidences = [digit["confidence"] for digit in answer["digits"]]
    return {
        "path": answer["path"],
        "text": answer["text"].replace("\n", " "),
        "lowest confidence": f"{min(confidences):.3f}" if confidences else "",
        "rejected": len(answer["rejected"]),
        "error": answer["error"] or "",
    }


def _one_digit(digit: Digit) -> tuple[str, str]:
    if digit.state == "typed":
        return str(digit.label), AS_TYPED
    first, second = digit.candidates
    if digit.state == "unsure" and digit.confidence >= CLEAR:
        # The ten probabilities say which digit it is, given that it is one: here that is the doubt.
        return f"{first}?", f"I am not sure that this is a digit. If it is one, then {first} rather than {second}."
    if digit.state == "unsure":
        chances = f"{percent(digit.probabilities[first])} or {percent(digit.probabilities[second])}"
        return f"{first} or {second}?", f"I am not sure: {chances}."
    return str(first), f"{_certainty(digit.confidence)}: {percent(digit.confidence)}."


def _how_sure(digits: tuple[Digit, ...]) -> str:
    unsure = [place for place, digit in enumerate(digits) if digit.state == "unsure"]
    if not unsure:
        read = [digit.confidence for digit in digits if digit.state != "typed"]
        if not read:
            return AS_TYPED
        which = "each digit" if len(read) == len(digits) else "each digit that you did not type"
        return f"{_certainty(min(read))}: {percent(min(read))}{'' if min(read) > 0.999 else ' or more'} for {which}."
    first, second = digits[unsure[0]].candidates
    place = ORDINALS[unsure[0]] if unsure[0] < len(ORDINALS) else f"{unsure[0] + 1}th"
    more = f" And of {len(unsure) - 1} more." if len(unsure) > 1 else ""
    return f"I am not sure of the {place} digit: {first} or {second}?{more}"


def _why_none(reading: Reading) -> str:
    reasons = _reasons(blob for blob in reading.rejected if blob.reason != NOT_A_DIGIT)
    return f"{NOT_A_DIGIT}{': ' if reasons else ''}{reasons}."


def _reasons(rejected: Iterable[Rejected]) -> str:
    """The commonest reasons in a sentence."""
    counts = Counter(blob.reason for blob in rejected)
    return ", or ".join(reason for reason, _ in counts.most_common(MOST_REASONS))


def _certainty(confidence: float) -> str:
    return next(words for least, words in CERTAINTY if confidence >= least)
