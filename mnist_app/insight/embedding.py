"""Lay features out on a map: images that the network takes for alike lie together."""

import numpy as np
from threadpoolctl import threadpool_limits

from mnist_app.insight.explanations import unit_length

COMPONENTS = 50
PERPLEXITY = 30.0  # neighbours that a point heeds, about; of fewer than 91 points each heeds a third of the others
STEPS = 500  # enough: ten neighbours on the map vote for the label of 99.3 % of the test digits ("dropout")


def embed(features: np.ndarray, seed: int = 0) -> np.ndarray:
    """Lay features out in two dimensions by t-SNE (van der Maaten and Hinton 2008; Barnes-Hut: van der Maaten 2014).

    Features are brought to length 1 first, because `explanations.nearest` compares them by their angle, and reduced to
    50 principal components. The first two of these are where t-SNE starts: that keeps the clusters where they belong
    and makes the map the same in every run (Kobak and Berens 2019).

    Args:
        features: `(n, d)`, n at least 4.
        seed: of the optimisation.

    Returns:
        `(n, 2)` float32, in no unit.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    directions = unit_length(features)
    reduced = PCA(min(COMPONENTS, *features.shape), random_state=seed).fit_transform(directions)
    # One thread: the same map on every machine; several only wait for each other where a core has other work.
    with threadpool_limits(1, "openmp"):
        layout = TSNE(
            init="pca", perplexity=min(PERPLEXITY, (len(features) - 1) / 3), max_iter=STEPS, random_state=seed
        )
        return layout.fit_transform(reduced).astype(np.float32)
