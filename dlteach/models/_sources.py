"""What the models that look back at a source share: where the source ends."""

import numpy as np

from dlteach import nn
from dlteach.nn._require import require_shapes
from dlteach.nn._types import Array


def source_mask(source: Array, lengths: Array | None) -> Array:
    """Give (N, 1, S) for source (N, S): True where it is no padding, the same for every step that looks at it."""
    require_shapes(source=(source, "N S"))
    if lengths is None:
        return np.ones((len(source), 1, source.shape[1]), bool)
    require_shapes(source=(source, "N S"), source_lengths=(lengths, "N"))
    mask: Array = nn.padding_mask(lengths, source.shape[1])[:, None]
    return mask
