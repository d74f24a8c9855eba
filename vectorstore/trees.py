"""Gradient-boosted regression trees, evaluated: the models that rank passages and sentences are fitted elsewhere and shipped.

The files are plain arrays (NumPy's .npz, no pickles), written by benchmarks/fit.py.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PARTS = ("feature", "threshold", "left", "right", "value")


@dataclass(frozen=True)
class Trees:
    """A sum of binary trees, one row of each array per tree, one column per node.

    A row of features goes left at a node where `x[feature] <= threshold`. A leaf is its own child on both sides and holds
    its `value`; `depth` is the longest way from a root to a leaf.
    """

    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats
    depth: int

    @classmethod
    def read(cls, package: str, name: str) -> "Trees":
        """Read a model that ships with a package."""
        with files(package).joinpath(name).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            feature, threshold, left, right, value = (stored[part] for part in _PARTS)
            return cls(feature, threshold, left, right, value, int(stored["depth"]))

    def write(self, path: Path) -> None:
        np.savez_compressed(
            path,
            feature=self.feature,
            threshold=self.threshold,
            left=self.left,
            right=self.right,
            value=self.value,
            depth=np.int32(self.depth),
        )

    def scores(self, features: Floats) -> Floats:
        """The sum of the trees for each row: shape `(n, features)` in, `(n,)` out."""
        count, width = features.shape
        nodes = self.feature.shape[1]
        first = np.arange(len(self.feature)) * nodes  # a node is named by its place in the flattened arrays
        feature, threshold, value = self.feature.ravel(), self.threshold.ravel(), self.value.ravel()
        left, right = (self.left + first[:, None]).ravel(), (self.right + first[:, None]).ravel()
        flat = np.ascontiguousarray(features).ravel()
        row = (np.arange(count) * width)[:, None]
        node = np.broadcast_to(first, (count, len(first)))
        for _ in range(self.depth):
            goes_left = flat[row + feature[node]] <= threshold[node]
            node = np.where(goes_left, left[node], right[node])
        total: Floats = value[node].sum(axis=1)
        return total
