"""Gradient-boosted regression trees, evaluated: the models that rank passages and sentences are fitted elsewhere and shipped.

The files are plain arrays (NumPy's .npz, no pickles), written by benchmarks/fit.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Features = Mapping[str, Floats]
"""What is known of some things, by name: a column each, all of the same length, a value per thing."""

_PARTS = ("feature", "threshold", "left", "right", "value")


@dataclass(frozen=True)
class Trees:
    """A sum of binary trees, one row of each array per tree, one column per node.

    A thing goes left at a node where its value of `names[feature]` is at most the node's `threshold`. A leaf is its own child
    on both sides and holds its `value`; `depth` is the longest way from a root to a leaf.
    """

    names: tuple[str, ...]
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
            return cls(tuple(stored["names"].tolist()), feature, threshold, left, right, value, int(stored["depth"]))

    def write(self, path: Path) -> None:
        arrays = {part: getattr(self, part) for part in _PARTS}
        np.savez_compressed(path, names=np.array(self.names), depth=np.int32(self.depth), **arrays)

    def scores(self, features: Features) -> Floats:
        """The sum of the trees for each thing: shape `(things,)`. Raises `KeyError` where a feature of the model is missing."""
        table = np.stack([features[name] for name in self.names], axis=1)
        count, width = table.shape
        first = (
            np.arange(len(self.feature)) * self.feature.shape[1]
        )  # a node is named by its place in the flattened arrays
        feature, threshold, value = self.feature.ravel(), self.threshold.ravel(), self.value.ravel()
        left, right = (self.left + first[:, None]).ravel(), (self.right + first[:, None]).ravel()
        flat = table.ravel()
        row = (np.arange(count) * width)[:, None]
        node = np.broadcast_to(first, (count, len(first)))
        for _ in range(self.depth):
            goes_left = flat[row + feature[node]] <= threshold[node]
            node = np.where(goes_left, left[node], right[node])
        total: Floats = value[node].sum(axis=1)
        return total
