"""Set models side by side: what is claimed and measured for each, and where two of them disagree."""

from typing import Any, NamedTuple

import numpy as np

from mnist_app.insight import robustness
from mnist_app.network.model_store import StoredModel
from mnist_app.network.recipes import Claim, claim_of
from mnist_app.tables import Row

SURE = 0.05  # a difference that chance alone makes more rarely than this counts as one


class Disagreement(NamedTuple):
    """How two models differ on the same digits.

    Attributes:
        first_only: `(k,)` numbers of the digits that the first reads right and the second wrong.
        second_only: `(l,)` the other way round.
        both_right, both_wrong: how many.
        p: McNemar's exact p-value: how often chance alone would make a difference this large or larger, if both
            were equally good.
    """

    first_only: np.ndarray
    second_only: np.ndarray
    both_right: int
    both_wrong: int
    p: float


def compare(first_right: np.ndarray, second_right: np.ndarray) -> Disagreement:
    """Compare two models by which digits they read right, `(n,)` bool each (McNemar 1947, in its exact form)."""
    from scipy.stats import binomtest  # 60 MB, which only those take who compare

    first_only = np.flatnonzero(first_right & ~second_right)
    second_only = np.flatnonzero(second_right & ~first_right)
    apart = len(first_only) + len(second_only)
    return Disagreement(
        first_only,
        second_only,
        int((first_right & second_right).sum()),
        int((~first_right & ~second_right).sum()),
        float(binomtest(len(first_only), apart).pvalue) if apart else 1.0,
    )


def verdict(first: str, second: str, found: Disagreement) -> str:
    """Say in plain words what McNemar's test makes of two models."""
    ahead, behind = len(found.first_only), len(found.second_only)
    if not ahead + behind:
        return "Both read the same digits right: nothing tells them apart."
    better = f"“{first if ahead > behind else second}”"
    chance = "less than 0.1%" if found.p < 0.001 else f"{found.p:.1%}"
    trial = f"Two equally good networks would differ this much or more in {chance} of such comparisons (McNemar's test)"
    if found.p < SURE:
        return f"{better} is better, and hardly by chance. {trial}."
    return f"Which one is better, these digits cannot tell. {trial}."


def describe(model: StoredModel) -> Row:
    """One model in figures, for a table; what is not known is None.

    Returns:
        model; claim, in words; claimed, measured: accuracies from 0 to 1; errors; parameters; size in bytes of the
        network that the app runs; train_seconds; corruptions: mean accuracy on spoilt digits.
    """
    metrics, claim = model.metrics, find_claim(model)
    return {
        "model": model.name,
        "claim": claim.text if claim else None,
        "claimed": claim.accuracy if claim else None,
        "measured": metrics["accuracy"],
        "errors": metrics["errors"],
        "parameters": metrics["parameters"],
        "size": model.tflite.stat().st_size,
        "train_seconds": metrics["train_seconds"],
        "corruptions": robustness.summarize_corruptions(robustness.load_corruptions(model))["corruptions"],
    }


def find_claim(model: StoredModel) -> Claim | None:
    """What is claimed for the recipe that a model follows."""
    return claim_of(model.name, model.recipe["architecture"])


def epoch_rows(claim: Claim, history: list[dict[str, float]]) -> list[Row]:
    """The epochs of a claim beside those of a history; one row an epoch of either, None where one has none."""
    figures = ("accuracy", "val_accuracy", "val_loss")
    claimed = {row.epoch: row._asdict() for row in claim.epochs}
    ours = {int(row["epoch"]): row for row in history}

    def pick(rows: dict[int, dict[str, Any]], epoch: int, whose: str) -> Row:
        return {f"{whose}_{figure}": rows[epoch][figure] if epoch in rows else None for figure in figures}

    return [
        {"epoch": epoch} | pick(claimed, epoch, "claimed") | pick(ours, epoch, "measured")
        for epoch in sorted(claimed | ours)
    ]
