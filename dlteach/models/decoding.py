"""Decoding: turning a network that gives probabilities for the next token into whole sentences.

Any network can be decoded with. It only has to offer its *step* as a function::

    log_probs, state = step(tokens, state)

`tokens (B,)` are the last tokens of B sentences under way, `log_probs (B, V)` the logarithms of the probabilities of what may
come next (`nn.log_softmax` of the scores), and `state` is all the network remembers of the sentences so far: an array, or a nest of
tuples, lists and dicts of arrays, with one row of each array for each of the B sentences. That is `h` for an RNN, `(h, c)`
for an LSTM, all tokens so far for a transformer. What is no array (a step counter, None) is handed on as it is. A decoder that
drops or doubles sentences picks the rows of the state that it goes on with.

Here are the decoders that follow a single path. `beam_search`, next door, follows several.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlteach.models._stepping import Step, require_start, take_rows, take_step
from dlteach.nn._require import require_count, require_generator, require_positive
from dlteach.nn._types import Array


class Hypothesis(NamedTuple):
    """A sentence that a decoder proposes, finished or not.

    Attributes:
        tokens: its tokens, without the start token; the end token is the last of them if it is finished.
        log_prob: the raw log-probability, Σ_t log p(token_t | tokens before it): what the network said, never rescaled.
        score: what it is ranked by. Beam search divides the log-probability of a finished one by a power of its length;
            everywhere else it is `log_prob`.
        finished: whether the end token has come.
    """

    tokens: tuple[int, ...]
    log_prob: float
    score: float
    finished: bool

    @property
    def words(self) -> tuple[int, ...]:
        """The tokens without the end token."""
        return self.tokens[:-1] if self.finished else self.tokens


def greedy(step: Step, state: Any, start: Array, *, end: int | None, max_length: int) -> list[Hypothesis]:
    """Take the most probable token at every step.

    token_t = argmax_v log p(v | token_1 … token_(t−1))

    Of equally probable tokens the first is taken. The best token now may begin a bad sentence, and greedy decoding never
    goes back: `beam_search` can.

    Args:
        step: `step(tokens (B,), state) -> (log_probs (B, V), state)`.
        state: what the network starts from, one row per sentence.
        start: (N,), integers: the token each of the N sentences starts with, which belongs to no hypothesis.
        end: the token that ends a sentence; None if there is none, and every sentence runs to `max_length`.
        max_length: how many tokens a sentence may have, the end token included.

    Returns:
        N hypotheses, in the order of `start`; not finished where `max_length` tokens went by without `end`.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: `start` or what `step` gives has a wrong shape, or `step` gives no logarithms of probabilities.

    Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014 (a beam of 1).
    """
    return _follow(step, state, start, lambda log_probs: np.argmax(log_probs, axis=1), end, max_length)


def sample(
    step: Step,
    state: Any,
    start: Array,
    *,
    end: int | None,
    max_length: int,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> list[Hypothesis]:
    """Draw every token at random, with the probabilities the network gives, sharpened or flattened by a temperature.

    q_v = p_v^(1/temperature) / Σ_k p_k^(1/temperature)

    Temperature 1 draws what the network believes. Towards 0 the most probable token always wins, as in `greedy`; a high
    temperature makes all tokens alike. `top_k` leaves only the k most probable tokens to draw from, which cuts off the long
    tail of absurd ones. The log-probability in the hypotheses is the network's own, whatever the temperature.

    Args:
        step: `step(tokens (B,), state) -> (log_probs (B, V), state)`.
        state: what the network starts from, one row per sentence.
        start: (N,), integers: the token each of the N sentences starts with, which belongs to no hypothesis.
        end: the token that ends a sentence; None if there is none, and every sentence runs to `max_length`.
        max_length: how many tokens a sentence may have, the end token included.
        rng: NumPy's random generator. All sentences of a batch draw from it in turn.
        temperature: above 0.
        top_k: how many tokens to draw from, of equally probable ones the first; None for all.

    Returns:
        N hypotheses, in the order of `start`; not finished where `max_length` tokens went by without `end`.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: `start` or what `step` gives has a wrong shape, `step` gives no logarithms of probabilities, or a number
            is out of range.

    Source: Ackley, Hinton and Sejnowski, "A learning algorithm for Boltzmann machines", 1985 (temperature); Fan, Lewis and
        Dauphin, "Hierarchical neural story generation", 2018 (top-k).
    """
    require_generator(rng)
    require_positive(temperature=temperature)
    if math.isinf(temperature):
        raise ValueError("temperature is inf; it needs to be a finite number.")
    if top_k is not None:
        require_count(1, top_k=top_k)

    def draw(log_probs: Array) -> Array:
        cumulative = np.cumsum(_sharpened(log_probs, temperature, top_k), axis=1)
        cumulative /= cumulative[:, -1:]  # ends at 1 exactly, above whatever is drawn; a token of probability 0 is never first past it
        drawn: Array = np.argmax(cumulative > rng.random((len(log_probs), 1)), axis=1)
        return drawn

    return _follow(step, state, start, draw, end, max_length)


def _sharpened(log_probs: Array, temperature: float, top_k: int | None) -> Array:
    """Give probabilities (up to a factor per row) at this temperature, 0 for all but the `top_k` best tokens."""
    relative: Array = log_probs - np.max(log_probs, axis=1, keepdims=True)
    with np.errstate(over="ignore"):  # a tiny temperature takes all but the best to −∞, and exp(−∞) = 0 is the right limit
        probabilities: Array = np.exp(relative / temperature)
    if top_k is not None:
        best_first = np.argsort(-log_probs, axis=1, kind="stable")  # stable: equal ones stay in their order
        np.put_along_axis(probabilities, best_first[:, top_k:], 0, axis=1)
    return probabilities


def _follow(step: Step, state: Any, start: Array, choose: Callable[[Array], Array], end: int | None, max_length: int) -> list[Hypothesis]:
    """Extend each sentence by the token that `choose` picks, until it ends or is as long as it may be."""
    require_start(start, end, max_length)
    tokens: list[list[int]] = [[] for _ in start]
    log_prob = np.zeros(len(start))
    going = np.arange(len(start))  # the sentences that have not ended, and so the rows of the state
    last = start
    for _ in range(max_length):
        log_probs, state = take_step(step, last, state)
        last = choose(log_probs)
        log_prob[going] += log_probs[np.arange(len(going)), last]
        for sentence, token in zip(going, last, strict=True):
            tokens[sentence].append(int(token))
        rows = np.flatnonzero(last != end) if end is not None else np.arange(len(last))
        if len(rows) == 0:
            break
        if len(rows) < len(last):
            going, last, state = going[rows], last[rows], take_rows(state, rows)
    done = [words[-1] == end for words in tokens]
    return [Hypothesis(tuple(t), float(p), float(p), d) for t, p, d in zip(tokens, log_prob, done, strict=True)]
