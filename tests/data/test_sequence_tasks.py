"""Sequence tasks: the answers are right, no two samples alike, and the arrays what a model is trained on."""

import datetime
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import data
from dlteach.data import sequence_tasks

TASKS = ["copying", "reversing", "number_to_words", "date_formats"]


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", TASKS)
@given(n=st.integers(1, 40), seed=st.integers(0, 1000))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_as_many_samples_as_asked_for_no_two_alike_and_the_same_for_the_same_seed(name, n, seed):
    task = data.load(name, n=n, rng=rng(seed))
    assert len(task) == len(task.sources) == len(task.targets) == len(set(task.sources)) == n
    again = data.load(name, n=n, rng=rng(seed))
    assert (task.sources, task.targets) == (again.sources, again.targets)
    assert task.name == name


@pytest.mark.parametrize("name", TASKS)
@given(n=st.integers(1, 40), seed=st.integers(0, 1000))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_the_arrays_say_what_the_texts_say(name, n, seed):
    task = data.load(name, n=n, rng=rng(seed))
    reader, writer = task.source_vocabulary, task.target_vocabulary
    u = task.y_out.shape[1]
    assert task.x.shape == (n, task.x_lengths.max())
    assert task.y_in.shape == task.y_out.shape == task.y_mask.shape == (n, task.y_lengths.max())
    assert {array.dtype.kind for array in (task.x, task.y_in, task.y_out, task.x_lengths, task.y_lengths)} == {"i"}
    for i in range(n):
        length, answer = task.x_lengths[i], task.y_lengths[i]
        assert [reader.tokens[number] for number in task.x[i, :length]] == list(task.sources[i])
        assert not task.x[i, length:].any()
        assert writer.decode(task.y_in[i]) == writer.decode(task.y_out[i]) == task.targets[i]
        assert task.y_in[i, 0] == writer.bos
        assert task.y_out[i, answer - 1] == writer.eos
        np.testing.assert_array_equal(task.y_in[i, 1:answer], task.y_out[i, : answer - 1])
        assert not task.y_in[i, answer:].any()
        assert not task.y_out[i, answer:].any()
        np.testing.assert_array_equal(task.y_mask[i], np.arange(u) < answer)


@pytest.mark.parametrize("name", TASKS)
def test_the_vocabulary_is_that_of_the_task_and_not_of_the_samples(name):
    few, many = data.load(name, n=1, rng=rng(0)), data.load(name, n=500, rng=rng(1))
    assert few.source_vocabulary.tokens == many.source_vocabulary.tokens
    assert few.target_vocabulary.tokens == many.target_vocabulary.tokens
    assert set(np.unique(many.x)) == {0, *range(3, len(many.source_vocabulary))}  # and none of its tokens is never needed
    assert few.sources != many.sources[:1]


@pytest.mark.parametrize("name", TASKS)
def test_nobody_writes_into_the_arrays_that_all_share(name):
    task = data.load(name, n=3, rng=rng())
    with pytest.raises(ValueError, match="read-only"):
        task.x[0] = 0


def test_copies_and_reversals():
    for name, step in (("copying", 1), ("reversing", -1)):
        task = data.load(name, n=300, rng=rng(), min_length=2, max_length=12, symbols="xyz")
        assert all(target == source[::step] for source, target in zip(task.sources, task.targets, strict=True))
        assert {len(source) for source in task.sources} == set(range(2, 13))
        assert set("".join(task.sources)) == set("xyz")
        assert task.source_vocabulary is task.target_vocabulary


def test_all_lengths_come_as_often_as_far_as_there_are_texts_and_mixed():
    task = data.load("copying", n=22, rng=rng(), max_length=4, symbols="ab")
    assert Counter(map(len, task.sources)) == {1: 2, 2: 4, 3: 8, 4: 8}
    assert {len(source) for source in task.sources[:11]} >= {3, 4}
    task = data.load("reversing", n=40, rng=rng(), min_length=3, max_length=30, symbols="abcdefghijklmnopqrstuvwxyz")
    assert set(Counter(map(len, task.sources)).values()) == {1, 2}  # 26³⁰ texts are no hindrance


@pytest.mark.parametrize("name", ["copying", "reversing"])
def test_every_text_there_is_can_be_had_and_not_one_more(name):
    options = {"min_length": 1, "max_length": 3, "symbols": "abc"}
    assert len(set(data.load(name, n=39, rng=rng(), **options).sources)) == 3 + 9 + 27
    with pytest.raises(ValueError, match="n is 40; it needs to be from 1 to 39, because no two samples are alike and there are 39 texts"):
        data.load(name, n=40, rng=rng(), **options)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (13, "thirteen"),
        (20, "twenty"),
        (21, "twenty one"),
        (100, "one hundred"),
        (110, "one hundred ten"),
        (1000, "one thousand"),
        (4071, "four thousand seventy one"),
        (9999, "nine thousand nine hundred ninety nine"),
        (40_000, "forty thousand"),
        (100_001, "one hundred thousand one"),
        (213_415, "two hundred thirteen thousand four hundred fifteen"),
        (999_999, "nine hundred ninety nine thousand nine hundred ninety nine"),
    ],
)
def test_numbers_are_said_as_people_say_them(number, words):
    assert " ".join(sequence_tasks._say(number)) == words


def heard(words):
    """The number that words say, by adding up: another way round than the one that made them."""
    total, group = 0, 0
    for word in words.split():
        if word == "thousand":
            total, group = 1000 * group, 0
        elif word == "hundred":
            group *= 100
        elif word in sequence_tasks._SMALL:
            group += sequence_tasks._SMALL.index(word)
        else:
            group += 10 * (2 + sequence_tasks._TENS.index(word))
    return total + group


def test_every_number_is_heard_as_it_was_said():
    task = data.load("number_to_words", n=10_000, rng=rng())
    assert sorted(map(int, task.sources)) == list(range(10_000))
    assert [heard(target) for target in task.targets] == list(map(int, task.sources))
    assert task.y_out.shape == (10_000, 7)  # six words at most, and the end
    large = data.load("number_to_words", n=500, rng=rng(), largest=999_999)
    assert [heard(target) for target in large.targets] == list(map(int, large.sources))
    assert data.load("number_to_words", n=1, rng=rng(), largest=0).targets == ("zero",)


def test_a_day_in_twelve_ways_of_writing():
    day = datetime.date(2026, 11, 21)
    assert [write(day) for write in sequence_tasks._FORMATS] == [
        "21 November 2026",
        "November 21, 2026",
        "Saturday, 21 November 2026",
        "Saturday, November 21, 2026",
        "21st of November 2026",
        "Nov 21 2026",
        "21-Nov-2026",
        "Sat 21 Nov 2026",
        "21.11.2026",
        "11/21/2026",
        "2026/11/21",
        "20261121",
    ]
    ordinals = [sequence_tasks._ordinal(day) for day in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31)]
    assert ordinals == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "31st"]


def test_no_two_ways_of_writing_meet_on_any_day():
    days = [datetime.date(1999, 1, 1) + datetime.timedelta(days=day) for day in range(3 * 366)]
    assert len({write(day) for write in sequence_tasks._FORMATS for day in days}) == 12 * len(days)


def understood(text):
    """The day that a text means, found by its numbers and the name of its month."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    names = re.findall(r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec", text)
    if names:
        month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].index(names[0]) + 1
        return datetime.date(numbers[1], month, numbers[0])
    if "." in text:
        return datetime.date(numbers[2], numbers[1], numbers[0])
    if "/" in text:
        return datetime.date(*numbers) if numbers[0] > 31 else datetime.date(numbers[2], numbers[0], numbers[1])
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def test_every_date_means_its_target():
    task = data.load("date_formats", n=3000, rng=rng())
    for source, target in zip(task.sources, task.targets, strict=True):
        assert understood(source).isoformat() == target
        assert re.fullmatch(r"(19[5-9]|20[0-4])\d-\d\d-\d\d", target)
    assert task.y_out.shape == (3000, 11)
    weekday = next(source for source in task.sources if source.startswith("Friday"))
    assert understood(weekday).weekday() == 4


def test_a_vocabulary_writes_and_reads():
    words = data.Vocabulary(("one", "two"), separator=" ")
    assert words.tokens == ("<pad>", "<bos>", "<eos>", "one", "two")
    assert len(words) == 5
    assert words.encode("two one two") == [4, 3, 4]
    assert words.encode("") == []
    assert words.decode([1, 4, 3, 2, 4, 0]) == "two one"  # nothing after the end
    assert words.decode(np.array([[1, 3, 0]])[0]) == "one"
    assert words.decode([]) == ""
    assert repr(words) == "Vocabulary of 5 tokens: '<pad>' '<bos>' '<eos>' 'one' 'two'"
    letters = data.Vocabulary(tuple("ab"))
    assert letters.encode("ba") == [4, 3]
    assert letters.decode(letters.encode("abba")) == "abba"
    with pytest.raises(ValueError, match=r"text is 'abc', and 'c' in it is not in the vocabulary, which is a b\."):
        letters.encode("abc")
    with pytest.raises(ValueError, match="numbers hold 5; they need to be from 0 to 4"):
        letters.decode([5])
    with pytest.raises(ValueError, match="numbers hold -1"):
        letters.decode([-1])
    with pytest.raises(ValueError, match="symbols hold one of the tokens twice"):
        data.Vocabulary(("a", "a"))


def test_a_task_says_what_it_is():
    text = repr(data.load("reversing", n=50, rng=rng(), min_length=3, max_length=3))
    assert re.search(r"^reversing: letters from back to front\n50 pairs, such as '(...)' → '...'\n", text)
    assert "x (50, 3), 13 tokens; y_in and y_out (50, 4), 13 tokens\nsource: generated by dlteach" in text


def test_bad_options_are_refused():
    for name in TASKS:
        with pytest.raises(ValueError, match="n is 0; it needs to be from 1 to "):
            data.load(name, n=0, rng=rng())
        with pytest.raises(TypeError, match="rng is 0; it needs to be a random generator"):
            data.load(name, n=9, rng=0)
    for largest in (-1, 1_000_000):
        with pytest.raises(ValueError, match=f"largest is {largest}; it needs to be from 0 to 999999"):
            data.load("number_to_words", n=1, rng=rng(), largest=largest)
    with pytest.raises(ValueError, match="n is 12; it needs to be from 1 to 11, because no two samples are alike and there are 11 numbers"):
        data.load("number_to_words", n=12, rng=rng(), largest=10)
    with pytest.raises(ValueError, match="min_length is 3 and max_length 2; they need to be 1 or more, and in this order"):
        data.load("copying", n=1, rng=rng(), min_length=3, max_length=2)
    with pytest.raises(ValueError, match="min_length is 0 and max_length 10"):
        data.load("reversing", n=1, rng=rng(), min_length=0)
    for symbols in ("", "aba"):
        with pytest.raises(ValueError, match=f"symbols is '{symbols}'; it needs letters, each of them once"):
            data.load("copying", n=1, rng=rng(), symbols=symbols)


def test_sequences_of_several_lengths_become_one_array():
    tokens, lengths = data.pad_sequences([[5, 6, 7, 8], [9], [3, 4]])
    np.testing.assert_array_equal(tokens, [[5, 6, 7, 8], [9, 0, 0, 0], [3, 4, 0, 0]])
    np.testing.assert_array_equal(lengths, [4, 1, 2])


def test_long_sequences_are_cut_at_either_end_and_short_ones_filled_up():
    first, lengths = data.pad_sequences([[5, 6, 7, 8], [9]], 3)
    last, _ = data.pad_sequences([[5, 6, 7, 8], [9]], 3, keep="last")
    np.testing.assert_array_equal(first, [[5, 6, 7], [9, 0, 0]])
    np.testing.assert_array_equal(last, [[6, 7, 8], [9, 0, 0]])
    np.testing.assert_array_equal(lengths, [3, 1])


def test_what_cannot_be_padded_is_refused():
    for sequences in ([], [[1], []]):
        with pytest.raises(ValueError, match="sequences is empty, or holds an empty one"):
            data.pad_sequences(sequences)
    with pytest.raises(ValueError, match="num_steps is 0; it needs to be at least 1"):
        data.pad_sequences([[1]], 0)
    with pytest.raises(ValueError, match="keep is 'middle'; it needs to be 'first' or 'last'"):
        data.pad_sequences([[1]], keep="middle")
