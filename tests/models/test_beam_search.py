"""Beam search: against trying every sentence, and against the mistakes that others shipped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach.models import BeamNode, BeamResult, Hypothesis, beam_search, greedy
from tests.models.language_tables import LanguageTables

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)
alphas = st.sampled_from([0, 0.6, 1])


def tables(seed, num_sentences=1, num_tokens=3, max_length=4, **options):
    return LanguageTables(np.random.default_rng(seed), num_sentences, num_tokens, max_length, **options)


def run(model, **options):
    return beam_search(model.step, model.state(), model.start, **{"end": 0, "max_length": model.max_length, **options})


def approximately(hypotheses):
    return [(h.tokens, pytest.approx(h.log_prob, rel=1e-12), pytest.approx(h.score, rel=1e-12), h.finished) for h in hypotheses]


def searched_to_the_end(model, sentence, width, alpha, keep):
    """Beam search in so many words: no early stop, nothing fast."""
    live, finished = [((), 0.0)], []
    for _ in range(model.max_length):
        extended = [(*tokens, v) for tokens, _ in live for v in range(model.num_tokens)]
        ranked = sorted(((tokens, model.log_prob(sentence, tokens)) for tokens in extended), key=lambda pair: -pair[1])[:width]
        ranked = [pair for pair in ranked if pair[1] > -np.inf]
        finished += [Hypothesis(tokens, p, p / len(tokens) ** alpha, True) for tokens, p in ranked if tokens[-1] == 0]
        live = [pair for pair in ranked if pair[0][-1] != 0]
    unfinished = [Hypothesis(tokens, p, p, False) for tokens, p in live]
    return sorted(finished, key=lambda h: -h.score)[:keep] or unfinished[:keep]


sizes = st.sampled_from([(2, 5), (3, 3), (4, 2), (3, 1)])  # tokens, and the longest sentence


@given(seed=seeds, size=sizes, alpha=alphas, extra=st.integers(0, 3), impossible=st.sampled_from([0, 0.3]))
def test_a_beam_wide_enough_finds_every_sentence_in_order(seed, size, alpha, extra, impossible):
    num_tokens, max_length = size
    model = tables(seed, 2, num_tokens, max_length, impossible=impossible)
    for sentence, result in enumerate(run(model, width=num_tokens**max_length + extra, alpha=alpha)):
        everything = [Hypothesis(t, p, p / len(t) ** alpha, True) for t, p in model.every_sentence(sentence, end=0)]
        assert result.hypotheses == approximately(sorted(everything, key=lambda h: -h.score))


@given(seed=seeds, alpha=alphas, num_sentences=st.integers(1, 3), impossible=st.sampled_from([0, 0.3]))
def test_a_beam_of_one_equals_greedy(seed, alpha, num_sentences, impossible):
    model = tables(seed, num_sentences, impossible=impossible)
    expected = greedy(model.step, model.state(), model.start, end=0, max_length=4)
    for [result], hypothesis in zip((r.hypotheses for r in run(model, width=1, alpha=alpha)), expected, strict=True):
        assert (result.tokens, result.log_prob, result.finished) == (hypothesis.tokens, hypothesis.log_prob, hypothesis.finished)


@given(seed=seeds, width=st.integers(1, 7), keep=st.integers(1, 7), alpha=alphas | st.just(2), spread=st.sampled_from([0.3, 3.0]))
def test_stopping_early_never_changes_the_answer(seed, width, keep, alpha, spread):
    model = tables(seed, 2, 3, 5, spread=spread)
    for sentence, result in enumerate(run(model, width=width, keep=keep, alpha=alpha)):
        assert result.hypotheses == approximately(searched_to_the_end(model, sentence, width, alpha, keep))


@given(seed=seeds, num_sentences=st.integers(1, 4), width=st.integers(1, 5), alpha=alphas)
def test_a_batch_equals_its_sentences_one_by_one(seed, num_sentences, width, alpha):
    model = tables(seed, num_sentences, spread=3.0)
    options = {"end": 0, "max_length": 4, "width": width, "alpha": alpha, "keep_tree": True}
    one_by_one = [beam_search(model.step, state, start, **options)[0] for start, state in map(model.one, range(num_sentences))]
    assert run(model, width=width, alpha=alpha, keep_tree=True) == one_by_one


# Greedy goes for "a" (1) and ends at 0.6 · 0.4; the best sentence begins with the less probable "b" (2).
BY_HAND = {(): [0.0, 0.6, 0.4], (1,): [0.4, 0.3, 0.3], (2,): [0.9, 0.05, 0.05]}


def scripted(table):
    """A step that looks the probabilities up by all tokens so far (the start token, 9, left out)."""

    def step(tokens, words):
        words = np.concatenate([words, tokens[:, None]], axis=1)
        with np.errstate(divide="ignore"):
            return np.log(np.array([table[tuple(int(w) for w in row if w != 9)] for row in words])), words

    return step


def search_scripted(table, **options):
    return beam_search(scripted(table), np.zeros((1, 0), int), np.array([9]), end=0, **options)[0]


def test_a_case_small_enough_to_do_by_hand():
    best, second = search_scripted(BY_HAND, max_length=2, width=2, alpha=0).hypotheses
    assert (best.tokens, best.finished) == ((2, 0), True)
    assert best.log_prob == best.score == pytest.approx(np.log(0.4 * 0.9))
    assert second.tokens == (1, 0)
    assert second.log_prob == pytest.approx(np.log(0.6 * 0.4))
    [greedy_one] = greedy(scripted(BY_HAND), np.zeros((1, 0), int), np.array([9]), end=0, max_length=2)
    assert greedy_one.tokens == (1, 0)


# A short sentence finishes first; the longer one is better once its length is made up for.
LENGTHS = {(): [0.4, 0.6], (1,): [0.1, 0.9], (1, 1): [0.9, 0.1], (1, 1, 1): [0.5, 0.5], (1, 1, 1, 1): [0.5, 0.5]}


def test_the_first_finished_hypothesis_need_not_be_the_best():
    result = search_scripted(LENGTHS, max_length=5, width=2, alpha=1.0, keep=1)
    assert result.hypotheses[0].tokens == (1, 1, 0)
    assert result.hypotheses[0].score == pytest.approx(np.log(0.6 * 0.9 * 0.9) / 3)
    assert search_scripted(LENGTHS, max_length=1, width=2, alpha=1.0).hypotheses[0].tokens == (0,)


def test_a_higher_alpha_prefers_longer_sentences():
    model = tables(0, 40, 4, 6, spread=0.5)
    lengths = [np.mean([len(r.hypotheses[0].tokens) for r in run(model, width=4, alpha=alpha)]) for alpha in (0, 0.6, 1, 2)]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


def test_of_many_finished_hypotheses_the_best_are_given_and_not_the_shortest():
    # Each step finishes one; the later the better, so a search that takes the first two takes the wrong two.
    table = {(1,) * t: [0.01, 0.99] for t in range(4)} | {(1,) * 4: [0.99, 0.01], (1,) * 5: [0.99, 0.01]}
    result = search_scripted(table, max_length=6, width=2, alpha=1.0)
    assert [h.tokens for h in result.hypotheses] == [(1, 1, 1, 1, 0), (1, 1, 1, 1, 1, 0)]


def test_the_length_counts_the_end_token_once():
    result = search_scripted({(): [0.5, 0.5], (1,): [1.0, 0.0]}, max_length=2, width=2, alpha=1.0)
    assert {h.tokens: h.score for h in result.hypotheses} == {(0,): pytest.approx(np.log(0.5)), (1, 0): pytest.approx(np.log(0.5) / 2)}


@given(seed=seeds, width=st.integers(1, 5), alpha=alphas)
def test_the_log_probability_stays_raw_and_the_score_is_normalised_once(seed, width, alpha):
    model = tables(seed, 2, 3, 5)
    for sentence, result in enumerate(run(model, width=width, alpha=alpha)):
        for h in result.hypotheses:
            raw = model.log_prob(sentence, h.tokens)
            assert h.log_prob == pytest.approx(raw, rel=1e-12)
            assert h.score == (pytest.approx(raw / len(h.tokens) ** alpha, rel=1e-12) if h.finished else h.log_prob)


def test_the_bound_reckons_with_the_longest_sentence_still_possible():
    # After one step: "end" at log ½, and a live one at log ½. Two tokens more cost nothing, so at length 3 it scores log ½ / 3.
    table = {(): [0.5, 0.5], (1,): [0.0, 1.0], (1, 1): [1.0, 0.0]}
    assert search_scripted(table, max_length=3, width=2, alpha=1.0, keep=1).hypotheses[0].tokens == (1, 1, 0)
    result = search_scripted(table, max_length=2, width=2, alpha=1.0, keep=1)  # no room for it
    assert [h.tokens for h in result.hypotheses] == [(0,)]


def test_the_search_ends_as_soon_as_no_live_hypothesis_can_win():
    model = tables(0, 1, 3, 8)
    model.log_probs[:] = np.log([0.9, 0.05, 0.05])
    run(model, width=2, alpha=0, keep=1)
    assert model.calls == 1  # log 0.05 can never climb above log 0.9
    model.calls = 0
    run(model, width=2, alpha=1, keep=1)
    assert model.calls == 1  # nor log 0.05 / 8 = −0.37 above −0.11
    model.calls = 0
    run(model, width=2, alpha=3, keep=1)
    assert model.calls > 1  # but log 0.05 / 512 can


def test_a_tie_is_no_win_so_the_search_need_not_wait_for_it():
    model = tables(0, 1, 3, 8)
    model.log_probs[:] = np.log(1 / 3)
    assert run(model, width=3, alpha=0, keep=1)[0].hypotheses[0].tokens == (0,)
    assert model.calls == 1


def test_what_is_unfinished_at_max_length_comes_back_only_if_nothing_finished():
    table = {(): [0.0, 0.7, 0.3], (1,): [0.0, 0.5, 0.5], (2,): [0.1, 0.9, 0.0]}
    finished = search_scripted(table, max_length=2, width=9)
    assert [(h.tokens, h.finished) for h in finished.hypotheses] == [((2, 0), True)]
    unfinished = search_scripted(table, max_length=2, width=3, alpha=1.0)  # (2, 0) is not among the best three
    assert [(h.tokens, h.finished) for h in unfinished.hypotheses] == [((1, 1), False), ((1, 2), False), ((2, 1), False)]
    assert unfinished.hypotheses[0].score == unfinished.hypotheses[0].log_prob == pytest.approx(np.log(0.35))
    never = beam_search(scripted(table), np.zeros((1, 0), int), np.array([9]), end=None, max_length=2, width=9, keep=2)[0]
    assert [(h.tokens, h.finished) for h in never.hypotheses] == [((1, 1), False), ((1, 2), False)]


def test_equally_probable_hypotheses_stay_in_order():
    model = tables(0, 1, 3, 2)
    model.log_probs[:] = np.log(1 / 3)
    assert [h.tokens for h in run(model, width=9, alpha=0)[0].hypotheses] == [(0,), (1, 0), (2, 0)]
    assert [h.tokens for h in run(model, width=2, alpha=0)[0].hypotheses] == [(0,), (1, 0)]
    wide = tables(0, 1, 99, 1)
    wide.log_probs[:] = np.log(np.arange(99) % 3 + 1) - np.log(198)  # three levels, many ties on each
    [result] = beam_search(wide.step, wide.state(), wide.start, end=None, max_length=1, width=60)
    assert [h.tokens[0] for h in result.hypotheses] == [*range(2, 99, 3), *range(1, 99, 3)][:60]


def test_the_tree_holds_what_was_looked_at():
    result = search_scripted(BY_HAND, max_length=2, width=2, alpha=0, keep_tree=True)
    assert isinstance(result, BeamResult)
    fates = [(node.parent, node.token, node.fate) for node in result.tree]
    assert fates[:3] == [(-1, 9, "kept"), (0, 1, "kept"), (0, 2, "kept")]
    assert fates[3:] == [(2, 0, "finished"), (1, 0, "finished"), (1, 1, "dropped"), (1, 2, "dropped")]
    assert all(isinstance(node, BeamNode) for node in result.tree)


@given(seed=seeds, width=st.integers(1, 4))
def test_every_node_of_the_tree_continues_its_parent_and_every_hypothesis_is_in_it(seed, width):
    model = tables(seed, 1, 3, 5)
    [result] = run(model, width=width, keep_tree=True)
    paths = {-1: ()}
    for place, node in enumerate(result.tree):
        assert node.parent < place
        paths[place] = () if place == 0 else (*paths[node.parent], node.token)
        assert node.log_prob == pytest.approx(model.log_prob(0, paths[place]), abs=1e-12)
        assert node.parent == -1 or result.tree[node.parent].fate == "kept"
    finished = {paths[place] for place, node in enumerate(result.tree) if node.fate == "finished"}
    kept = {paths[place] for place, node in enumerate(result.tree) if node.fate == "kept"}
    assert all(h.tokens in (finished if h.finished else kept) for h in result.hypotheses)
    assert run(model, width=width)[0] == BeamResult(result.hypotheses, [])


def test_a_narrow_beam_on_a_long_vocabulary():
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((5, 10_000))
    log_probs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))

    def step(tokens, place):
        return log_probs[place], place + 1

    [result] = beam_search(step, np.array([0]), np.array([0]), end=None, max_length=5, width=3)
    assert result.hypotheses[0].tokens == tuple(int(v) for v in np.argmax(log_probs, axis=1))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"width": 0}, ValueError, "width is 0; it needs to be at least 1"),
        ({"width": 2.0}, TypeError, "width is 2.0"),
        ({"keep": 0}, ValueError, "keep is 0; it needs to be at least 1"),
        ({"alpha": -0.1}, ValueError, "alpha is -0.1; it needs to be from 0 to 10"),
        ({"alpha": np.nan}, ValueError, "alpha is nan"),
        ({"max_length": 0}, ValueError, "max_length is 0"),
        ({"end": "."}, TypeError, "end is '.'"),
    ],
)
def test_a_number_out_of_range_is_named(options, error, message):
    with pytest.raises(error, match=message):
        run(tables(0), **{"width": 2, **options})


def test_what_is_no_log_probability_is_refused():
    with pytest.raises(ValueError, match=r"log_probs has the value 2\.0; it needs to be at most 0"):
        beam_search(lambda tokens, state: (np.full((len(tokens), 3), 2.0), state), None, np.array([1]), end=0, max_length=2, width=2)
    with pytest.raises(TypeError, match="start is a list"):
        beam_search(tables(0).step, None, [1], end=0, max_length=2, width=2)
