"""What a network's figures mean, in sentences that follow from the numbers."""

import numpy as np

from mnist_app.insight.doubtful import WRONG_TEST_LABELS
from mnist_app.insight.exam import Exam
from mnist_app.metrics import confused_pairs
from mnist_app.network.recipes import Claim

HEART = 0.005  # so much better on training digits than on others: it has learned some by heart
RISEN = 1.1  # a loss so many times its lowest has risen
SURE = 0.9
CALIBRATED = 0.005


def findings(exam: Exam, history: list[dict[str, float]], claim: Claim | None) -> list[str]:
    """Say what stands out in a network's answers to the test digits and in how it learned.

    Args:
        exam: the test digits with its answers.
        history: one row an epoch, as in `history.csv`.
        claim: what the project that its recipe follows claims.
    """
    return [
        accuracy(exam),
        *([against_claim(exam, claim)] if claim else []),
        digits(exam),
        *pairs(exam),
        learning(history),
        sureness(exam),
    ]


def accuracy(exam: Exam) -> str:
    """How many are read right."""
    figures = exam.figures
    return (
        f"It reads {figures['accuracy']:.2%} of {len(exam.y_true):,} test digits right and {figures['errors']:,} wrong."
        f" On other digits of the same kind, expect {figures['accuracy_low']:.2%} to {figures['accuracy_high']:.2%} "
        "(95% interval)."
    )


def against_claim(exam: Exam, claim: Claim) -> str:
    """How that compares with what is claimed."""
    said = f"The project that this recipe follows claims: {claim.text}."
    if claim.accuracy is None:
        return f"{said} It gives no figure that could be compared."
    points = (exam.figures["accuracy"] - claim.accuracy) * 100
    side = "above" if points >= 0 else "below"
    return f"{said} This network is {abs(points):.2f} percentage points {side} {claim.accuracy:.2%}."


def digits(exam: Exam) -> str:
    """Which digits are read best and worst."""
    rows = sorted(exam.figures["per_class"], key=lambda row: row["f1"])
    (worst, best), missed = (rows[0], rows[-1]), (1 - rows[0]["recall"]) * rows[0]["support"]
    return (
        f"It reads {best['digit']} best (F1 {best['f1']:.4f}) and {worst['digit']} worst (F1 {worst['f1']:.4f}): "
        f"{round(missed)} of {worst['support']:,} digits that are {worst['digit']} are missed, and "
        f"{worst['precision']:.2%} of those that it takes for a {worst['digit']} are one."
    )


def pairs(exam: Exam) -> list[str]:
    """Which digits it takes for which most often; nothing where it makes no mistake."""
    found = confused_pairs(exam.matrix, 3)
    if not found:
        return []
    named = [f"{pair['true']} read as {pair['predicted']} ({pair['count']} times)" for pair in found]
    share = sum(pair["count"] for pair in found) / exam.figures["errors"]
    return [f"It errs most often so: {', '.join(named)}. That is {share:.0%} of its errors."]


def learning(history: list[dict[str, float]]) -> str:
    """Whether it learned by heart."""
    last, losses = history[-1], [row["val_loss"] for row in history]
    if not np.isfinite(losses).all():
        return "No digits were kept aside while it learned, so whether it learned by heart cannot be told."
    gap, best = last["accuracy"] - last["val_accuracy"], int(np.argmin(losses))
    heart = "it has learned some by heart" if gap > HEART else "no sign of learning by heart"
    said = (
        f"After {len(history)} epochs it reads {last['accuracy']:.2%} of its training digits and "
        f"{last['val_accuracy']:.2%} of the validation digits right: {heart}."
    )
    if losses[-1] > RISEN * losses[best]:
        said += (
            f" The validation loss was lowest after epoch {best + 1} ({losses[best]:.4f}) and has risen to "
            f"{losses[-1]:.4f} since: it grew too sure of itself."
        )
    return said


def sureness(exam: Exam) -> str:
    """Whether its confidence can be trusted."""
    wrong, ece = np.flatnonzero(~exam.right), exam.figures["ece"]
    sure = int((exam.y_prob[wrong].max(axis=1) > SURE).sum())
    trust = "its confidence can be taken at its word" if ece < CALIBRATED else "its confidence is to be taken with care"
    said = f"Its confidence is off by {ece:.2%} on average: {trust}."
    said += f" {sure} of its errors were made with a confidence over {SURE:.0%}."
    if len(exam.y_true) == 10_000:  # the numbers of the doubtful labels are those of MNIST's own test digits
        doubtful = len(set(wrong.tolist()) & WRONG_TEST_LABELS.keys())
        said += f" The labels of {doubtful} misread digits are themselves doubtful."
    return said
