"""Perplexity and BLEU."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")
sentences = st.lists(st.sampled_from("abc"), max_size=7)
pairs = st.lists(st.tuples(sentences, sentences), min_size=1, max_size=4)


def bleu_by_crossing_off(candidates, references, max_order):
    """BLEU without counting: each run found in the reference is crossed off there, so that it is found only once."""
    score, length, wanted = 1.0, 0, 0
    for order in range(1, max_order + 1):
        found = total = 0
        for candidate, reference in zip(candidates, references, strict=True):
            left = [reference[i : i + order] for i in range(len(reference)) if i + order <= len(reference)]
            for i in range(len(candidate)):
                if i + order <= len(candidate):
                    total += 1
                    if candidate[i : i + order] in left:
                        left.remove(candidate[i : i + order])
                        found += 1
        if not found:
            return 0.0
        score *= (found / total) ** (1 / max_order)
    for candidate, reference in zip(candidates, references, strict=True):
        length, wanted = length + len(candidate), wanted + len(reference)
    return score if length > wanted else score * math.exp(1 - wanted / length)


def test_a_case_done_by_hand():
    candidate, reference = ["the", "cat", "sat", "on", "the", "the", "mat"], ["the", "cat", "sat", "on", "a", "mat", "today", "ok"]
    # runs of 1: the (once of three), cat, sat, on, mat are right: 5 of 7; of 2: the cat, cat sat, sat on: 3 of 6
    assert nn.bleu([candidate], [reference], max_order=2) == pytest.approx(math.exp(1 - 8 / 7) * math.sqrt(5 / 7 * 3 / 6), rel=1e-14)
    # of 3: the cat sat, cat sat on: 2 of 5; of 4: the cat sat on: 1 of 4
    product = 5 / 7 * 3 / 6 * 2 / 5 * 1 / 4
    assert nn.bleu([candidate], [reference]) == pytest.approx(math.exp(-1 / 7) * product**0.25, rel=1e-14)


def test_the_counts_of_all_sentences_are_added_up_before_dividing():
    candidates, references = [["a", "b"], ["c", "d", "e", "x"]], [["a", "y"], ["c", "d", "e", "f"]]
    assert nn.bleu(candidates, references, max_order=2) == pytest.approx(math.sqrt((1 + 3) / (2 + 4) * (0 + 2) / (1 + 3)), rel=1e-14)


@given(pairs=pairs, max_order=st.integers(1, 4))
def test_agrees_with_crossing_off(pairs, max_order):
    candidates, references = zip(*pairs, strict=True)
    expected = bleu_by_crossing_off(candidates, references, max_order)
    assert nn.bleu(candidates, references, max_order) == pytest.approx(expected, rel=1e-12)


@given(pairs=pairs)
def test_only_the_best_is_1(pairs):
    candidates, references = map(list, zip(*pairs, strict=True))
    assert 0 <= nn.bleu(candidates, references, 1) <= 1
    if any(candidates):
        assert nn.bleu(candidates, candidates, 1) == 1
        assert nn.bleu([*candidates, list("xyzxy")], [*candidates, list("xyzxy")]) == 1
        assert nn.bleu([*candidates, ["z"]], [*candidates, ["y"]], 1) < 1


def test_a_word_counts_no_more_often_than_the_reference_has_it():
    assert nn.bleu([["the"] * 7], [["the", "cat", "is", "on", "the", "mat"]], max_order=1) == pytest.approx(2 / 7)


def test_what_is_too_short_loses_and_what_has_no_right_run_is_0():
    assert nn.bleu([["a", "b"]], [["a", "b", "c", "d"]], max_order=2) == pytest.approx(math.exp(1 - 4 / 2))
    assert nn.bleu([["a", "b", "c"]], [["a", "b", "c"]]) == 0.0  # no run of four
    assert nn.bleu([["a", "b", "c"]], [["a", "b", "c"]], max_order=3) == 1.0
    assert nn.bleu([[]], [["a"]], max_order=1) == 0.0
    assert nn.bleu([["a"]], [[]], max_order=1) == 0.0
    assert nn.bleu([["a"], []], [["a"], []], max_order=1) == 1.0


def test_tokens_may_be_numbers_and_sentences_tuples():
    assert nn.bleu([(1, 2, 3)], ((1, 2, 4),), max_order=2) == pytest.approx(math.sqrt(2 / 3 * 1 / 2))
    assert type(nn.bleu([[1]], [[1]], 1)) is float


def test_bad_sentences_are_refused():
    with pytest.raises(TypeError, match=r"candidates\[0\] is a str; it needs to be a list of tokens"):
        nn.bleu(["the cat"], [["the", "cat"]])
    with pytest.raises(TypeError, match=r"references\[1\] is a ndarray; it needs to be a list of tokens"):
        nn.bleu([["a"], ["b"]], [["a"], np.array(["b"])])
    with pytest.raises(TypeError, match="references is a str; it needs to be a list of sentences"):
        nn.bleu([["a"]], "a")
    with pytest.raises(TypeError, match="candidates is a ndarray; it needs to be a list of sentences"):
        nn.bleu(np.ones((1, 2)), [["a"]])
    with pytest.raises(ValueError, match="references has 1 sentences; it needs 2, as many as candidates"):
        nn.bleu([["a"], ["b"]], [["a"]])
    with pytest.raises(ValueError, match="candidates has no sentence; it needs at least one"):
        nn.bleu([], [])
    with pytest.raises(ValueError, match="max_order is 0; it needs to be at least 1"):
        nn.bleu([["a"]], [["a"]], 0)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 9), v=st.integers(1, 5))
def test_perplexity_is_one_over_the_geometric_mean_of_the_probabilities(seed, n, v, arrays):
    source = arrays(seed)
    logits, labels = source.normal(n, v), source.labels(n, v)
    loss, _ = nn.softmax_cross_entropy(logits, labels)
    chosen = nn.softmax(logits)[np.arange(n), labels]
    assert nn.perplexity(loss) == pytest.approx(1 / np.prod(chosen) ** (1 / n), rel=1e-12)


def test_perplexity_of_knowing_nothing_and_everything():
    assert nn.perplexity(math.log(50)) == pytest.approx(50)
    assert nn.perplexity(0.0) == 1.0
    assert nn.perplexity(np.float32(100.0)) == pytest.approx(math.exp(100))
    assert nn.perplexity(1e4) == math.inf
    assert type(nn.perplexity(np.float32(1.0))) is float


def test_what_is_no_loss_is_refused():
    for wrong in (-0.1, math.nan):
        with pytest.raises(ValueError, match=f"loss is {wrong}; it needs to be from 0 to inf"):
            nn.perplexity(wrong)
    with pytest.raises(ValueError, match=r"loss has shape \(2,\); it needs to be a single number"):
        nn.perplexity(np.ones(2))
