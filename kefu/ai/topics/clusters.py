"""Vectors by what they lie close to: many small groups first, then those that are alike together, on two levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kefu.ai.knowledge.groups import join
from kefu.ai.topics.space import unit

ROUNDS = 25
TRIES = 2
"""Runs of k-means from other beginnings; the one whose texts lie closest to their centres is kept."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Centres of length 1, (n_centres, dimensions), and the centre of each vector, (n_vectors,)."""

    centres: np.ndarray
    owners: np.ndarray


def cluster(vectors: np.ndarray, count: int, seed: int = 0) -> Clusters:
    """Spherical k-means. Vectors (n, d) of length 1; fewer centres where there are fewer different vectors.

    Source: I. Dhillon, D. Modha, "Concept decompositions for large sparse text data" (2001), begun as in D. Arthur,
    S. Vassilvitskii, "k-means++" (2007).
    """
    tries = [_settle(vectors, _begin(vectors, count, np.random.default_rng(seed + one))) for one in range(TRIES)]
    return max(tries, key=lambda one: float(np.einsum("nd,nd->", vectors, one.centres[one.owners])))


def refine(clusters: Clusters, vectors: np.ndarray, least: float) -> Clusters:
    """Put centres together whose cosine is `least` or more, and let vectors find the nearest anew."""
    groups = join(clusters.centres @ clusters.centres.T, least)
    sums = np.stack([vectors[np.isin(clusters.owners, group)].sum(axis=0) for group in groups])
    return _settle(vectors, unit(sums))


def _begin(vectors: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Vectors far from each other."""
    chosen = [int(random.integers(len(vectors)))]
    far = np.maximum(1 - vectors @ vectors[chosen[0]], 0)
    while len(chosen) < count and far.sum() > 1e-6 * len(vectors):
        chosen.append(int(random.choice(len(vectors), p=far / far.sum())))
        far = np.minimum(far, np.maximum(1 - vectors @ vectors[chosen[-1]], 0))
    return vectors[chosen]


def _settle(vectors: np.ndarray, centres: np.ndarray) -> Clusters:
    owners = np.full(len(vectors), -1)
    for _ in range(ROUNDS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        if (nearest == owners).all():
            break
        used, owners = np.unique(nearest, return_inverse=True)
        order = np.argsort(owners, kind="stable")
        starts = np.searchsorted(owners[order], np.arange(len(used)))
        centres = unit(np.add.reduceat(vectors[order], starts, axis=0))
    return Clusters(centres, owners)
