"""Losses, penalties and clipping."""

import numpy as np

MASK = np.array([[True, True, False], [True, False, False]])

CALLS = {
    "mean_squared_error": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "mean_absolute_error": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "huber_loss": lambda a: (a.normal(3, 4), a.normal(3, 4), 0.7),
    "sigmoid_cross_entropy": lambda a: (a.normal(2, 3), abs(np.sin(a.normal(2, 3)))),
    "sequence_cross_entropy": lambda a: (a.normal(2, 3, 4), a.labels(6, 4).reshape(2, 3), MASK),
    "discriminator_loss": lambda a: (a.normal(5, 1), a.normal(3, 1)),
    "generator_loss": lambda a: (a.normal(5, 1),),
    "saturating_generator_loss": lambda a: (a.normal(5, 1),),
    "kl_standard_normal": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "reparameterize_forward": lambda a: (a.normal(3, 4), a.normal(3, 4), a.normal(3, 4)),
    "reparameterize_backward": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "l1_penalty": lambda a: (a.normal(3, 4), 0.1),
    "l2_penalty": lambda a: (a.normal(3, 4), 0.1),
    "clip_by_value": lambda a: ({"w": a.normal(3, 4), "b": a.normal(4)}, 0.5),
    "clip_by_norm": lambda a: ({"w": a.normal(3, 4), "b": a.normal(4)}, 0.5),
}
