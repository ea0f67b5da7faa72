from types import SimpleNamespace

import pytest

from mnist_app.reading.left_out import LOOKS, NOT_A_DIGIT
from mnist_app.reading.wording import flatten_answer, in_words, least_sure, percent, say_digit, why_dashed

NO_BREAK = "\N{NO-BREAK SPACE}"  # the sign stays with its number at the end of a line


def digit(label: int, confidence: float, second: int = 9, state: str = "sure") -> SimpleNamespace:
    probabilities = {label: confidence, second: 1 - confidence}
    return SimpleNamespace(
        label=label, confidence=confidence, probabilities=probabilities, candidates=(label, second), state=state
    )


def reading(*digits: SimpleNamespace, reasons: tuple[str, ...] = (), looks_like: str | None = None) -> SimpleNamespace:
    text = "".join(str(one.label) for one in digits)
    rejected = [SimpleNamespace(reason=reason) for reason in reasons]
    return SimpleNamespace(digits=digits, text=text, rejected=rejected, looks_like=looks_like)


@pytest.mark.parametrize(("share", "text"), [(1, "over 99.9 %"), (0.9985, "99.9 %"), (0.5, "50.0 %"), (0, "0.0 %")])
def test_percent_never_claims_all(share, text):
    assert percent(share) == text.replace(" %", f"{NO_BREAK}%")


@pytest.mark.parametrize(
    ("found", "answer", "sentence"),
    [
        (reading(digit(4, 0.9999)), "4", "Almost certain: over 99.9 %."),
        (reading(digit(4, 0.92)), "4", "Very sure: 92.0 %."),
        (reading(digit(4, 0.6, state="unsure")), "4 or 9?", "I am not sure: 60.0 % or 40.0 %."),
        (
            reading(digit(4, 0.97, state="unsure")),
            "4?",
            "I am not sure that this is a digit. If it is one, then 4 rather than 9.",
        ),
        (reading(digit(4, 0.9999), digit(2, 0.95)), "42", "Very sure: 95.0 % or more for each digit."),
        (reading(digit(4, 1), digit(2, 1)), "42", "Almost certain: over 99.9 % for each digit."),
        (
            reading(digit(4, 1), digit(2, 0.5, 3, "unsure"), digit(7, 0.5, 1, "unsure")),
            "427",
            "I am not sure of the second digit: 2 or 3? And of 1 more.",
        ),
        (reading(digit(4, 0.01, state="typed")), "4", "As you say."),
        (reading(digit(4, 0.01, state="typed"), digit(2, 0, state="typed")), "42", "As you say."),
        (
            reading(digit(4, 0.01, state="typed"), digit(2, 0.95)),
            "42",
            "Very sure: 95.0 % or more for each digit that you did not type.",
        ),
        (reading(reasons=("a scribble", "a scribble")), "?", "I don't think this is a digit: a scribble."),
        (reading(reasons=(NOT_A_DIGIT,)), "?", "I don't think this is a digit."),
        (reading(), "?", "I don't think this is a digit."),
        (
            reading(reasons=("a dot", "a line", "a word", "a line", "a word", "a word")),
            "?",
            "I don't think this is a digit: a word, or a line.",
        ),
        (reading(looks_like="photo"), "?", "This looks like a photo, not a page."),
        (reading(reasons=("part of a word",), looks_like="words"), "?", "This looks like words."),
    ],
)
def test_in_words(found, answer, sentence):
    assert in_words(found) == (answer, sentence.replace(" %", f"{NO_BREAK}%"))


def test_why_ink_beside_digits_is_left_out():
    beside = reading(digit(4, 0.9), reasons=(NOT_A_DIGIT, NOT_A_DIGIT))
    assert why_dashed(beside) == "The dashed ink was left out: I don't think this is a digit."
    assert why_dashed(reading(digit(4, 0.9))) == why_dashed(reading(reasons=(NOT_A_DIGIT,))) == ""


def test_how_sure_it_is_of_each_of_several_digits():
    said = [say_digit(one) for one in (digit(4, 0.9999), digit(2, 0.5, state="unsure"), digit(7, 0, state="typed"))]
    assert said == [f"4, over 99.9{NO_BREAK}%", f"2?, 50.0{NO_BREAK}%", "7, as you say"]
    assert least_sure(reading(digit(4, 0.9), digit(2, 0.5), digit(7, 0, state="typed"))) == f"50.0{NO_BREAK}%"
    assert least_sure(reading(digit(7, 0, state="typed"))) == ""


def test_whatever_a_picture_may_look_like_has_its_sentence():
    sentences = {in_words(reading(looks_like=look))[1] for look in LOOKS.values()}
    assert len(sentences) == len(LOOKS)
    assert all(sentence.startswith("This looks like ") for sentence in sentences)


def test_answers_become_rows():
    answer = {"path": "a.png", "text": "12\n3", "digits": [{"confidence": 0.9}, {"confidence": 0.5}], "rejected": [1]}
    assert flatten_answer(answer | {"error": None}) == {
        "path": "a.png",
        "text": "12 3",
        "lowest confidence": "0.500",
        "rejected": 1,
        "error": "",
    }
