"""History: what each epoch of a training gave, as numbers and as a picture."""

from collections.abc import Mapping
from typing import Any


class History(dict[str, list[float]]):
    """The loss and every metric, epoch by epoch: `history["val_loss"][3]` is the validation loss of the fourth epoch.

    Attributes:
        interrupted: the training was stopped by hand (Ctrl-C, or the stop button of a notebook) before it was over. What
            the unfinished epoch gave is not in the lists.
    """

    def __init__(self, values: Mapping[str, list[float]] | None = None) -> None:
        super().__init__(values or {})
        self.interrupted = False

    @property
    def epochs(self) -> int:
        """How many whole epochs are recorded."""
        return len(next(iter(self.values()), []))

    def add(self, values: Mapping[str, float]) -> None:
        """Append the values of one epoch, which need the names that the epochs before had."""
        if self and set(values) != set(self):
            raise ValueError(f"values has the names {sorted(values)}; it needs {sorted(self)}, as the epochs before.")
        for name, value in values.items():
            self.setdefault(name, []).append(float(value))

    def plot(self) -> None:
        """Draw the loss and every metric over the epochs, one panel each, training against validation.

        The figure is matplotlib's current one: a notebook shows it, a script calls `matplotlib.pyplot.show()`.

        Raises:
            ValueError: no epoch is recorded yet.
        """
        from matplotlib import pyplot  # a good half second, which only pictures should cost
        from matplotlib.ticker import MaxNLocator

        if not self.epochs:
            raise ValueError("history is empty; it needs at least one epoch to plot.")
        names = [name for name in self if not name.startswith("val_")]
        _, row = pyplot.subplots(1, len(names), figsize=(5 * len(names), 3.6), squeeze=False, layout="constrained")
        for axes, name in zip(row[0], names, strict=True):
            self._draw(axes, name, "training", "o-")
            self._draw(axes, f"val_{name}", "validation", "s--")
            axes.set(xlabel="epoch", ylabel=name.replace("_", " "))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
            axes.legend()

    def _draw(self, axes: Any, name: str, label: str, style: str) -> None:
        """Draw one curve, if there is one: line and marker tell it apart where colour does not."""
        if name in self:
            every = 1 + self.epochs // 25  # markers that touch would hide the line
            axes.plot(range(1, self.epochs + 1), self[name], style, markevery=every, markersize=5, label=label)
