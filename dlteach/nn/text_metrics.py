"""Metrics for text: how surprised a language model is, and how close a translation comes to a good one."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from dlteach.nn._require import require_between, require_count

Tokens = Sequence[Hashable]
"""A sentence: a list of words, letters or token numbers."""


def perplexity(loss: float) -> float:
    """Say among how many tokens, all equally likely, a model that has this loss seems to choose.

    perplexity = exp(loss)

    A model that knows nothing of V tokens has the loss log V, so its perplexity is V. A perfect one has 1.

    Args:
        loss: mean cross-entropy per token, with the natural logarithm, as `sequence_cross_entropy` gives it.

    Returns:
        A number from 1 up; infinity where it is too large for a float.

    Raises:
        TypeError: `loss` is not a number.
        ValueError: `loss` is negative, NaN, or not a single number.

    Source: Jelinek et al., "Perplexity: a measure of the difficulty of speech recognition tasks", 1977.
    """
    require_between(0, np.inf, loss=loss)
    with np.errstate(over="ignore"):
        return float(np.exp(np.float64(loss)))


def bleu(candidates: Sequence[Tokens], references: Sequence[Tokens], max_order: int = 4) -> float:
    """Score translations by the runs of words, from one word to `max_order`, that they share with a good translation.

    BLEU = BP · (p_1 · … · p_M)^(1/M)    BP = min(1, exp(1 − r / c))

    p_n is the share of runs of n words in all the candidates that stand in their references too. A run counts no more
    often than the reference has it, or "the the the" would be perfect. A few safe words would score high as well; so BP,
    the brevity penalty, takes off for candidates of c words in all where the references have r.

    The counts of all sentences are added up before anything is divided: the mean of the scores of single sentences is
    another number. Where no run of `max_order` words is right, or the candidates are too short to have any, the score is 0.

    Args:
        candidates: the translations, each a list of tokens; a sentence may be empty.
        references: one good translation for each, likewise.
        max_order: M, the longest run that counts, in tokens.

    Returns:
        A number from 0 to 1.

    Raises:
        TypeError: a sentence is not a list of tokens (a string, say), or `max_order` is not a whole number.
        ValueError: there are no sentences, not as many references as candidates, or `max_order` is below 1.

    Source: Papineni et al., "BLEU: a method for automatic evaluation of machine translation", 2002.
    """
    _require_sentences(candidates=candidates, references=references)
    require_count(1, max_order=max_order)
    log_precisions = []
    for order in range(1, max_order + 1):
        right = total = 0
        for candidate, reference in zip(candidates, references, strict=True):
            runs, known = Counter(_runs(candidate, order)), Counter(_runs(reference, order))
            right += (runs & known).total()  # of two counts, & takes the smaller
            total += runs.total()
        if right == 0:
            return 0.0
        log_precisions.append(np.log(right / total))
    c, r = sum(map(len, candidates)), sum(map(len, references))
    brevity_penalty = min(1.0, np.exp(1 - r / c))
    return float(brevity_penalty * np.exp(np.mean(log_precisions)))


def _runs(tokens: Tokens, order: int) -> Iterator[tuple[Hashable, ...]]:
    """Give all runs of `order` tokens in a row."""
    return (tuple(tokens[start : start + order]) for start in range(len(tokens) - order + 1))


def _require_sentences(**arguments: Sequence[Tokens]) -> None:
    """Raise unless every argument is a list of lists of tokens, and all are of the same length, which is not 0."""
    (first, model), *_ = arguments.items()
    for name, sentences in arguments.items():
        if isinstance(sentences, str) or not isinstance(sentences, Sequence):
            raise TypeError(f"{name} is a {type(sentences).__name__}; it needs to be a list of sentences.")
        for place, tokens in enumerate(sentences):
            if isinstance(tokens, str) or not isinstance(tokens, Sequence):
                raise TypeError(f"{name}[{place}] is a {type(tokens).__name__}; it needs to be a list of tokens.")
        if len(sentences) == 0:
            raise ValueError(f"{name} has no sentence; it needs at least one.")
        if len(sentences) != len(model):
            raise ValueError(f"{name} has {len(sentences)} sentences; it needs {len(model)}, as many as {first}.")
