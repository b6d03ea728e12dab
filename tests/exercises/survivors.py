"""Mutants that pass their check because they compute the same: exercise → change → why it is equivalent."""

SURVIVORS: dict[str, dict[str, str]] = {
    "relu_backward": {
        "Gt → GtE  in  dx = dout * (x > 0)": "They differ at x = 0 only, where ReLU has no derivative; the cases keep away from it.",
    },
}
