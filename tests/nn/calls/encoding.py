"""Numbers as rows, distances, the arithmetic of convolutions."""

import numpy as np

CALLS = {
    "one_hot": lambda a: (a.labels(5, 3), 3, a.dtype),
    "multi_hot": lambda a: (a.labels(6, 4).reshape(2, 3), np.ones((2, 3), dtype=bool), 4, a.dtype),
    "pairwise_distances": lambda a: (a.normal(4, 3), a.normal(5, 3)),
    "receptive_field": lambda a: ((3, 3), (1, 2)),
    "conv_num_parameters": lambda a: (2, 3, 5),
}
