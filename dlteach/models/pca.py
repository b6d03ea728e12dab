"""Principal component analysis: the few directions along which samples differ most.

    pca = fit_pca(x, 2)
    codes = pca.transform(x)             # (N, 2)
    restored = pca.inverse(codes)        # (N, D), as near to x as two numbers per sample can come
"""

from dataclasses import dataclass

import numpy as np

from dlteach.nn._require import require_count, require_numbers, require_shapes
from dlteach.nn._types import Array, as_float


@dataclass(frozen=True, eq=False)
class PCA:
    """A mean, and K directions from there, at right angles to each other and each of length 1.

    Attributes:
        mean: (D,), the middle of the samples.
        components: (K, D), a direction in each row; the samples vary most along the first.
        explained_variance: (K,), the variance of the samples along each direction (dividing by N − 1).
        explained_ratio: (K,), the same as a share of the variance along all directions; 0 if all samples are alike.

    Source: Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
    """

    mean: Array
    components: Array
    explained_variance: Array
    explained_ratio: Array

    def transform(self, x: Array) -> Array:
        """Say how far along each direction every sample lies.

        z = (x − mean) @ componentsᵀ

        Args:
            x: (N, D), samples.

        Returns:
            z: (N, K), the codes.

        Raises:
            TypeError: `x` is no array.
            ValueError: `x` has other features than the components.

        Source: Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
        """
        require_shapes(components=(self.components, "K D"), x=(x, "N D"))
        require_numbers(x=x)
        return (as_float(x) - self.mean) @ self.components.T

    def inverse(self, z: Array) -> Array:
        """Go back from codes to samples: the point of the subspace that each code stands for.

        x̂ = z @ components + mean

        Args:
            z: (N, K), codes.

        Returns:
            x̂: (N, D). Of all points of the subspace, it is the nearest to the sample that the code was made from.

        Raises:
            TypeError: `z` is no array.
            ValueError: `z` has another number of columns than there are components.

        Source: Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
        """
        require_shapes(components=(self.components, "K D"), z=(z, "N K"))
        require_numbers(z=z)
        return as_float(z) @ self.components + self.mean


def fit_pca(x: Array, num_components: int) -> PCA:
    """Find the directions along which samples differ most, by a singular value decomposition.

    x − mean = u @ diag(s) @ components    variance along component k = s_k² / (N − 1)

    A direction and its opposite serve equally well, and which of the two comes out is an accident of the algorithm. Here
    the largest number of each component is positive, and the first of them where several are as large (up to rounding),
    so that every computer gives the same picture.

    Args:
        x: (N, D), samples, at least two.
        num_components: K, from 1 to the smaller of N and D.

    Returns:
        The components, what variance they explain, and the mean.

    Raises:
        TypeError: `x` is no array, or `num_components` is not a whole number.
        ValueError: `x` does not have two axes, holds fewer than two samples or a NaN or an infinity, or `num_components` is
            below 1 or above N or D.

    Source: Jolliffe, "Principal Component Analysis", 2002, section 3.5.
    """
    require_shapes(x=(x, "N D"))
    require_numbers(x=x)
    require_count(1, num_components=num_components)
    if len(x) < 2:
        raise ValueError(f"x has shape {x.shape}; it needs at least two samples.")
    if num_components > min(x.shape):
        raise ValueError(f"num_components is {num_components}; it needs to be at most {min(x.shape)}, the smaller size of x, {x.shape}.")
    if not np.all(np.isfinite(x)):
        raise ValueError("x holds a NaN or an infinity; it needs finite numbers.")
    samples = as_float(x)
    mean = np.mean(samples, axis=0)
    _, s, components = np.linalg.svd(samples - mean, full_matrices=False)
    variance = s**2 / (len(x) - 1)
    total = np.sum(variance)
    ratio = variance / total if total > 0 else np.zeros_like(variance)
    return PCA(mean, _with_signs(components[:num_components]), variance[:num_components], ratio[:num_components])


def _with_signs(components: Array) -> Array:
    """Turn each row round, if need be, so that the first of its largest numbers is positive."""
    size = np.abs(components)
    largest = size > (1 - 1e-4) * np.max(size, axis=1, keepdims=True)  # 0.7071 and −0.7071 are as large, however they are rounded
    leading = np.take_along_axis(components, np.argmax(largest, axis=1)[:, None], axis=1)
    signed: Array = components * np.where(leading < 0, -1, 1).astype(components.dtype)
    return signed
