"""Greedy decoding and sampling."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from dlteach.models import Hypothesis, greedy, sample
from tests.models.language_tables import LanguageTables

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)


def tables(seed, num_sentences=1, num_tokens=3, max_length=4, **options):
    return LanguageTables(np.random.default_rng(seed), num_sentences, num_tokens, max_length, **options)


def run(decoder, model, **options):
    options = {"end": 0, "max_length": model.max_length, **options}
    return decoder(model.step, model.state(), model.start, **options)


def constant(*probabilities):
    """A step that gives these probabilities whatever came before."""

    def step(tokens, state):
        with np.errstate(divide="ignore"):
            return np.log(np.tile(probabilities, (len(tokens), 1))), state

    return step


def choices(probabilities, n, **options):
    """One token for each of n sentences, drawn with these probabilities."""
    return sample(constant(*probabilities), None, np.zeros(n, int), end=None, max_length=1, rng=np.random.default_rng(5), **options)


def test_a_case_small_enough_to_do_by_hand():
    def step(tokens, state):  # after 2 comes 1, after 1 comes the end, 0
        return np.log(np.array([[0.5, 0.3, 0.2], [0.6, 0.2, 0.2], [0.1, 0.7, 0.2]])[tokens]), state

    [hypothesis] = greedy(step, None, np.array([2]), end=0, max_length=9)
    assert hypothesis.tokens == (1, 0)
    assert hypothesis.words == (1,)
    assert hypothesis.finished
    assert hypothesis.log_prob == hypothesis.score == pytest.approx(np.log(0.7 * 0.6))
    [cut] = greedy(step, None, np.array([2]), end=0, max_length=1)
    assert cut == Hypothesis((1,), pytest.approx(np.log(0.7)), pytest.approx(np.log(0.7)), False)
    assert cut.words == (1,)


@given(seed=seeds, num_sentences=st.integers(1, 4), end=st.sampled_from([0, 1, None]))
def test_greedy_takes_the_best_token_at_every_step(seed, num_sentences, end):
    model = tables(seed, num_sentences)
    for sentence, hypothesis in enumerate(run(greedy, model, end=end)):
        node = 0
        for place, token in enumerate(hypothesis.tokens):
            assert token == np.argmax(model.log_probs[sentence, node])
            assert token != end or place == len(hypothesis.tokens) - 1
            node = node * 3 + 1 + token
        assert hypothesis.log_prob == pytest.approx(model.log_prob(sentence, hypothesis.tokens), rel=1e-12)
        assert hypothesis.finished == (hypothesis.tokens[-1] == end)
        assert hypothesis.finished or len(hypothesis.tokens) == 4


@given(seed=seeds, num_sentences=st.integers(1, 4))
def test_a_batch_equals_its_sentences_one_by_one(seed, num_sentences):
    model = tables(seed, num_sentences)
    one_by_one = [greedy(model.step, state, start, end=0, max_length=4)[0] for start, state in map(model.one, range(num_sentences))]
    assert run(greedy, model) == one_by_one


def test_of_equally_probable_tokens_the_first_is_taken():
    for decoder, options in ((greedy, {}), (sample, {"top_k": 1, "rng": np.random.default_rng(0)})):
        [hypothesis] = decoder(constant(0.2, 0.4, 0.4), None, np.array([0]), end=0, max_length=3, **options)
        assert hypothesis.tokens == (1, 1, 1)
    many = choices(np.array([0.001, 0.009, 0.01] * 50), n=600, top_k=60)  # the 50 best, and the first ten of the next
    assert {hypothesis.tokens[0] for hypothesis in many} == {*range(2, 150, 3), *range(1, 31, 3)}


@given(seed=seeds, temperature=st.sampled_from([0.3, 1.0, 50.0]))
def test_top_k_of_one_equals_greedy_at_any_temperature(seed, temperature):
    model = tables(seed, 3, impossible=0.2)
    drawn = run(sample, model, top_k=1, temperature=temperature, rng=np.random.default_rng(seed))
    assert drawn == run(greedy, model)


@given(seed=seeds, temperature=st.sampled_from([1e-7, 1e-100, 5e-324]))
def test_towards_temperature_0_sampling_equals_greedy(seed, temperature):
    model = tables(seed, 3, impossible=0.2)
    assert run(sample, model, temperature=temperature, rng=np.random.default_rng(seed)) == run(greedy, model)


def frequencies(probabilities, n=40_000, **options):
    drawn = choices(probabilities, n, **options)
    return np.bincount([hypothesis.tokens[0] for hypothesis in drawn], minlength=len(probabilities)) / n


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0.1, 0.2, 0.3, 0.4, 0.0]),
        ({"temperature": 0.5}, np.array([1, 4, 9, 16, 0]) / 30),
        ({"temperature": 1e9}, [0.25, 0.25, 0.25, 0.25, 0.0]),
        ({"top_k": 2}, [0, 0, 3 / 7, 4 / 7, 0]),
        ({"top_k": 3, "temperature": 0.5}, np.array([0, 4, 9, 16, 0]) / 29),
        ({"top_k": 99}, [0.1, 0.2, 0.3, 0.4, 0.0]),
    ],
)
def test_tokens_come_as_often_as_their_probability_says(options, expected):
    got = frequencies([0.1, 0.2, 0.3, 0.4, 0.0], **options)
    np.testing.assert_allclose(got, expected, atol=4 * np.sqrt(0.25 / 40_000))  # four standard deviations
    assert np.all(got[np.equal(expected, 0)] == 0)  # what cannot come never comes


def test_what_is_impossible_is_not_drawn_even_where_chance_gives_0():
    class Zeros(np.random.Generator):
        def random(self, size=None):
            return np.zeros(size)

    def step(tokens, state):
        return np.array([[-np.inf, 0.0]]), state

    (drawn,) = sample(step, None, np.array([1]), end=1, max_length=1, rng=Zeros(np.random.PCG64(0)))
    assert drawn.tokens == (1,)


def test_the_log_probability_is_the_networks_own_whatever_the_temperature():
    model = tables(0, 5)
    for sentence, hypothesis in enumerate(run(sample, model, temperature=3.0, top_k=2, rng=np.random.default_rng(0))):
        assert hypothesis.log_prob == pytest.approx(model.log_prob(sentence, hypothesis.tokens), rel=1e-12)


def test_the_same_seed_draws_the_same_sentences_and_another_seed_others():
    model = tables(0, 9)
    first, again, other = (run(sample, model, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_log_probabilities_in_float32_are_added_up_in_float64():
    def step(tokens, state):
        return np.log(np.tile(np.float32([0.3, 0.7]), (len(tokens), 1))), state

    [hypothesis] = greedy(step, None, np.array([0]), end=None, max_length=1000)
    assert hypothesis.log_prob == pytest.approx(1000 * float(np.log(np.float32(0.7))), rel=1e-12)


def test_a_tiny_temperature_is_none_too_small_for_float32():
    def step(tokens, state):
        return np.log(np.tile(np.float32([0.3, 0.7]), (len(tokens), 1))), state

    [hypothesis] = sample(step, None, np.array([0]), end=None, max_length=20, temperature=1e-100, rng=np.random.default_rng(0))
    assert hypothesis.tokens == (1,) * 20


class Memory(NamedTuple):
    """A state with names, as an LSTM may have it."""

    h: np.ndarray
    c: tuple[np.ndarray, None]


def test_the_state_keeps_its_form_when_sentences_drop_out():
    def step(tokens, state):
        assert isinstance(state, Memory)
        assert isinstance(state.c, tuple)
        np.testing.assert_array_equal(state.h, state.c[0])
        return np.log(np.where(np.arange(2) == (state.h[:, None] > 2), 0.9, 0.1)), Memory(state.h + 1, (state.c[0] + 1, None))

    start = Memory(np.array([2, 0, 3]), (np.array([2, 0, 3]), None))
    found = greedy(step, start, np.array([0, 0, 0]), end=1, max_length=9)
    assert [len(hypothesis.tokens) for hypothesis in found] == [2, 4, 1]


def test_inputs_are_left_alone():
    start, state = np.array([2, 2]), (np.zeros((2, 3)), {"h": np.ones((2, 1))})
    for array in (start, state[0], state[1]["h"]):
        array.flags.writeable = False
    greedy(constant(0.5, 0.3, 0.2), state, start, end=0, max_length=3)
    sample(constant(0.5, 0.3, 0.2), state, start, end=0, max_length=3, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"start": [1]}, TypeError, "start is a list"),
        ({"start": np.ones((1, 1), int)}, ValueError, r"start has shape \(1, 1\); it needs \(N,\)"),
        ({"start": np.ones(0, int)}, ValueError, "start has shape"),
        ({"start": np.ones(1)}, ValueError, "start has dtype float64; it needs integers"),
        ({"end": 0.5}, TypeError, "end is 0.5"),
        ({"max_length": 0}, ValueError, "max_length is 0; it needs to be at least 1"),
        ({"step": lambda tokens, state: ([[0.0]], state)}, TypeError, "log_probs is a list"),
        ({"step": lambda tokens, state: (np.zeros((2, 3)), state)}, ValueError, r"it needs \(B, V\) with B = 1, as in tokens"),
        ({"step": lambda tokens, state: (np.array([[1.0, 3.0]]), state)}, ValueError, "value 3.0; it needs to be at most 0"),
        ({"step": lambda tokens, state: (np.array([[-1.0, np.nan]]), state)}, ValueError, "log_probs has the value nan"),
        ({"step": lambda tokens, state: (np.full((1, 2), -np.inf), state)}, ValueError, "a row of nothing but −inf"),
    ],
)
def test_what_cannot_be_decoded_is_named(change, error, message):
    arguments = {"step": constant(0.5, 0.5), "state": None, "start": np.array([1]), "end": 0, "max_length": 2, **change}
    step, state, start = (arguments.pop(name) for name in ("step", "state", "start"))
    with pytest.raises(error, match=message):
        greedy(step, state, start, **arguments)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"temperature": 0.0}, ValueError, "temperature is 0.0; it needs to be above 0"),
        ({"temperature": np.inf}, ValueError, "temperature is inf; it needs to be a finite number"),
        ({"top_k": 0}, ValueError, "top_k is 0; it needs to be at least 1"),
        ({"top_k": 1.5}, TypeError, "top_k is 1.5"),
        ({"rng": 0}, TypeError, "rng is 0; it needs to be a random generator"),
    ],
)
def test_sampling_refuses_what_it_cannot_draw_by(options, error, message):
    with pytest.raises(error, match=message):
        sample(constant(0.5, 0.5), None, np.array([1]), end=0, max_length=2, **{"rng": np.random.default_rng(0), **options})


def test_a_state_without_a_row_for_each_sentence_is_refused():
    def step(tokens, state):  # one of the two sentences ends at once
        return nn.log_softmax(np.array([[9.0, 0.0], [0.0, 9.0]])[: len(tokens)]), state

    for state in (np.ones((1, 4)), {"h": (np.array(3.0),)}):
        with pytest.raises(ValueError, match=r"state holds an array of shape .*; it needs a row for each of 2 hypotheses or more"):
            greedy(step, state, np.array([1, 1]), end=0, max_length=3)
