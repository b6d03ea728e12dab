"""Beam search: following several hypotheses at once, and comparing whole sentences."""

from typing import Any, NamedTuple

import numpy as np

from dlteach.models._stepping import Step, best_of, require_start, take_rows, take_step
from dlteach.models.decoding import Hypothesis
from dlteach.nn._require import require_between, require_count
from dlteach.nn._types import Array


class BeamNode(NamedTuple):
    """One token in the tree of everything a beam search looked at.

    Attributes:
        parent: the place in the tree of the node before it; −1 for the root, which is the start token.
        token: the token.
        log_prob: the raw log-probability of the sentence from the root to here.
        fate: "kept" in the beam, "finished" by the end token, or "dropped" because others were more probable.
    """

    parent: int
    token: int
    log_prob: float
    fate: str


class BeamResult(NamedTuple):
    """What beam search found for one sentence.

    Attributes:
        hypotheses: the finished hypotheses, the best score first; if none finished in time, the unfinished ones.
        tree: the root, then step by step the hypotheses in the beam and as many of the best dropped ones; empty unless asked for.
    """

    hypotheses: list[Hypothesis]
    tree: list[BeamNode]


def beam_search(
    step: Step,
    state: Any,
    start: Array,
    *,
    end: int | None,
    max_length: int,
    width: int,
    alpha: float = 0.6,
    keep: int | None = None,
    keep_tree: bool = False,
) -> list[BeamResult]:
    """Follow the B most probable hypotheses at once, and rank those that finish by their length-normalised log-probability.

    log p(sentence) = Σ_t log p(token_t | tokens before it)        score = log p(sentence) / length^alpha

    At every step each live hypothesis is extended by every token, and the B most probable extensions of all stay (the length
    is the same for all, so raw log-probabilities compare them fairly). Those that end with `end` leave the beam and wait,
    finished; the others live on. With B = 1 this is greedy decoding; with B ≥ V^max_length it tries every sentence there is.

    Every token makes a sentence less probable, so without a correction (alpha = 0) short ones win; dividing by length^alpha
    makes up for that. Only finished hypotheses are divided, and once: not before is their length, end token included, known.

    The first hypothesis to finish need not be the best, so the search goes on until no live one can win. A live hypothesis
    can at best lose nothing more and grow to `max_length`: its score cannot pass log p / max_length^alpha. When that bound is
    no higher than the worst of `keep` finished ones, for each live hypothesis, nothing can change any more.

    What is not finished at `max_length` was cut off, and is no sentence to compare with the others. It is given back only
    if nothing finished at all, marked as unfinished, with its raw log-probability for a score.

    Args:
        step: `step(tokens (B,), state) -> (log_probs (B, V), state)`.
        state: what the network starts from, one row per sentence.
        start: (N,), integers: the token each of the N sentences starts with, which belongs to no hypothesis.
        end: the token that ends a sentence; None if there is none, so that nothing finishes.
        max_length: how many tokens a sentence may have, the end token included.
        width: B, how many hypotheses to follow for each sentence.
        alpha: how much length counts, 0 to 10: 0 not at all, 1 compares the mean log-probability of a token.
        keep: how many hypotheses to give back for each sentence; as many as `width` unless told. Few let the search end sooner.
        keep_tree: whether to keep the tree of what was looked at, for a picture.

    Returns:
        N results, in the order of `start`.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: `start` or what `step` gives has a wrong shape, `step` gives no logarithms of probabilities, or a number
            is out of range.

    Source: Lowerre, "The HARPY speech recognition system", 1976 (the beam); Wu et al., "Google's neural machine
        translation system", 2016, section 7 (a power of the length; we divide by the plain one).
    """
    require_start(start, end, max_length)
    require_count(1, width=width, keep=width if keep is None else keep)
    require_between(0, 10, alpha=alpha)
    keep = width if keep is None else keep
    beams = [_Beam(int(token), end, max_length, width, alpha, keep, keep_tree) for token in start]
    tokens = start
    for _ in range(max_length):
        log_probs, state = take_step(step, tokens, state)
        rows: list[int] = []  # of the state: the parents of the hypotheses that live on, sentence by sentence
        first = 0
        for beam in beams:
            size = len(beam.live)
            rows += [first + parent for parent in beam.extend(log_probs[first : first + size])]
            first += size
        if not rows:
            break
        state = take_rows(state, np.array(rows))
        tokens = np.array([hypothesis.tokens[-1] for beam in beams for hypothesis in beam.live])
    return [beam.result() for beam in beams]


class _Live(NamedTuple):
    """A hypothesis in the beam, its raw log-probability, and its place in the tree."""

    tokens: tuple[int, ...]
    log_prob: float
    node: int


class _Beam:
    """The search for one sentence: hypotheses alive, the best finished ones, and the tree."""

    def __init__(self, start: int, end: int | None, max_length: int, width: int, alpha: float, keep: int, keep_tree: bool) -> None:
        self.end, self.max_length, self.width, self.alpha, self.keep, self.keep_tree = end, max_length, width, alpha, keep, keep_tree
        self.live = [_Live((), 0.0, 0)]
        self.finished: list[Hypothesis] = []
        self.tree = [BeamNode(-1, start, 0.0, "kept")] if keep_tree else []

    def extend(self, log_probs: Array) -> list[int]:
        """Replace the live hypotheses by their best extensions, given what may come next (live, V); give the parent of each."""
        if not self.live:
            return []
        totals = np.array([[hypothesis.log_prob] for hypothesis in self.live]) + log_probs
        looked_at = 2 * self.width if self.keep_tree else self.width
        places = [place for place in best_of(totals.reshape(-1), looked_at) if totals.flat[place] > -np.inf]
        live, parents = [], []
        for rank, (parent, token) in enumerate(divmod(int(place), log_probs.shape[1]) for place in places):
            total = float(totals[parent, token])
            fate = "dropped" if rank >= self.width else "finished" if token == self.end else "kept"
            if self.keep_tree:
                self.tree.append(BeamNode(self.live[parent].node, token, total, fate))
            tokens = (*self.live[parent].tokens, token)
            if fate == "finished":
                self.finished.append(Hypothesis(tokens, total, total / len(tokens) ** self.alpha, True))
            elif fate == "kept":
                live.append(_Live(tokens, total, len(self.tree) - 1))
                parents.append(parent)
        self.live = live
        self.finished = sorted(self.finished, key=lambda hypothesis: -hypothesis.score)[: self.keep]  # of equal ones the first found
        if self.live and self.is_decided():
            self.live, parents = [], []
        return parents

    def is_decided(self) -> bool:
        """Tell whether there are as many finished hypotheses as wanted, and no live one can come to pass the worst of them."""
        best_possible = self.live[0].log_prob / self.max_length**self.alpha  # the first is the most probable
        return len(self.finished) == self.keep and best_possible <= self.finished[-1].score

    def result(self) -> BeamResult:
        """Give what was found: the finished hypotheses, or else the unfinished ones."""
        unfinished = [Hypothesis(tokens, log_prob, log_prob, False) for tokens, log_prob, _ in self.live[: self.keep]]
        return BeamResult(self.finished or unfinished, self.tree)
