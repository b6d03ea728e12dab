"""What a data set of sequences looks like: pairs of texts, the vocabularies they are written in, and both as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from dlteach.data.dataset import Array

PAD, BOS, EOS = "<pad>", "<bos>", "<eos>"


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """The tokens there are, each with a number: 0 fills up short sequences, 1 begins one, 2 ends one, then come the symbols.

    Attributes:
        symbols: the tokens that texts are made of, as many as differ.
        separator: what stands between two tokens of a text: "" if they are letters, " " if they are words.
    """

    symbols: tuple[str, ...]
    separator: str = ""

    pad, bos, eos = 0, 1, 2

    def __post_init__(self) -> None:
        if len(set(self.tokens)) != len(self.tokens):
            raise ValueError("symbols hold one of the tokens twice; each needs a number of its own.")

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens; `tokens[i]` is the one with the number i."""
        return (PAD, BOS, EOS, *self.symbols)

    def __len__(self) -> int:
        """How many tokens there are: V."""
        return len(self.symbols) + 3

    def __repr__(self) -> str:
        return f"Vocabulary of {len(self)} tokens: {' '.join(repr(token) for token in self.tokens)}"

    def encode(self, text: str) -> list[int]:
        """Write a text as numbers.

        Args:
            text: symbols, with the separator between them.

        Returns:
            The number of each token. Neither the beginning nor the end is marked.

        Raises:
            ValueError: the text holds something else than the symbols.
        """
        numbers = []
        for token in self._split(text):
            if token not in self._numbers:
                raise ValueError(f"text is {text!r}, and {token!r} in it is not in the vocabulary, which is {' '.join(self.symbols)}.")
            numbers.append(self._numbers[token])
        return numbers

    def decode(self, numbers: Iterable[int]) -> str:
        """Write numbers as a text: what stands before the first end, without beginnings and filling.

        Args:
            numbers: of tokens, from 0 to V − 1: a list, or a row of an array.

        Returns:
            The text.

        Raises:
            ValueError: a number is not that of a token.
        """
        tokens = []
        for number in numbers:
            if not 0 <= number < len(self):
                raise ValueError(f"numbers hold {number}; they need to be from 0 to {len(self) - 1}.")
            if number == self.eos:
                break
            if number not in (self.pad, self.bos):
                tokens.append(self.tokens[number])
        return self.separator.join(tokens)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {symbol: number for number, symbol in enumerate(self.symbols, start=3)}

    def _split(self, text: str) -> Sequence[str]:
        if not self.separator:
            return text
        return text.split(self.separator) if text else ()


@dataclass(frozen=True, eq=False, repr=False)
class SequencePairs:
    """Pairs of sequences: what a model reads, and what it should write.

    A model that writes token by token is trained on three arrays made of the targets. With the target "cab" they are, if U is 5::

        y_in    <bos> c  a  b     <pad>      what it has written so far
        y_out   c     a  b  <eos> <pad>      what it should write next
        y_mask  True  …     True  False      where there is something to write

    Attributes:
        name: the name to ask `load` for.
        sources, targets: N texts each; `targets[i]` is the answer to `sources[i]`.
        source_vocabulary, target_vocabulary: the tokens they are made of. Both depend on the task alone, never on which samples
            were drawn.
        description: what the task is, in one line.
        source: who made it.
    """

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary
    description: str
    source: str

    @cached_property
    def x(self) -> Array:
        """(N, T), the sources as numbers, filled up with 0 to the length of the longest."""
        return _padded([self.source_vocabulary.encode(text) for text in self.sources])

    @cached_property
    def x_lengths(self) -> Array:
        """(N,), the number of tokens of each source."""
        lengths: Array = np.sum(self.x != Vocabulary.pad, axis=1)
        return lengths

    @cached_property
    def y_in(self) -> Array:
        """(N, U), the targets as numbers, each after a `<bos>`, filled up with 0."""
        return _padded([[Vocabulary.bos, *self.target_vocabulary.encode(text)] for text in self.targets])

    @cached_property
    def y_out(self) -> Array:
        """(N, U), the targets as numbers, each before an `<eos>`, filled up with 0."""
        return _padded([[*self.target_vocabulary.encode(text), Vocabulary.eos] for text in self.targets])

    @cached_property
    def y_lengths(self) -> Array:
        """(N,), the number of tokens of each target, `<eos>` included."""
        lengths: Array = np.sum(self.y_mask, axis=1)
        return lengths

    @cached_property
    def y_mask(self) -> Array:
        """(N, U), True where there is a token to write."""
        mask: Array = self.y_out != Vocabulary.pad
        return mask

    def __len__(self) -> int:
        """The number of pairs, N."""
        return len(self.sources)

    def __repr__(self) -> str:
        return (
            f"{self.name}: {self.description}\n"
            f"{len(self)} pairs, such as {self.sources[0]!r} → {self.targets[0]!r}\n"
            f"x {self.x.shape}, {len(self.source_vocabulary)} tokens; y_in and y_out {self.y_in.shape}, "
            f"{len(self.target_vocabulary)} tokens\n"
            f"source: {self.source}"
        )


def pad_sequences(
    sequences: Sequence[Sequence[int]], num_steps: int | None = None, *, keep: Literal["first", "last"] = "first"
) -> tuple[Array, Array]:
    """Make sequences of several lengths one array: short ones are filled up with 0 at their end, long ones are cut.

    Args:
        sequences: N lists of tokens, none of them empty.
        num_steps: T, the length of all; that of the longest unless told.
        keep: what stays of a sequence that is too long, its "first" or its "last" tokens. Of a review, say, the last words
            often tell more.

    Returns:
        tokens: integers, (N, T). lengths: integers, (N,), how many tokens of each are real.

    Raises:
        ValueError: there is no sequence, one is empty, `num_steps` is below 1, or `keep` is something else.
    """
    if not len(sequences) or not all(map(len, sequences)):
        raise ValueError("sequences is empty, or holds an empty one; it needs at least one, each with a token or more.")
    if keep not in ("first", "last"):
        raise ValueError(f"keep is {keep!r}; it needs to be 'first' or 'last'.")
    num_steps = max(map(len, sequences)) if num_steps is None else num_steps
    if num_steps < 1:
        raise ValueError(f"num_steps is {num_steps}; it needs to be at least 1.")
    tokens = np.full((len(sequences), num_steps), Vocabulary.pad)
    lengths = np.minimum([len(sequence) for sequence in sequences], num_steps)
    for row, length, sequence in zip(tokens, lengths, sequences, strict=True):
        row[:length] = sequence[:length] if keep == "first" else sequence[-length:]
    return tokens, lengths


def _padded(sequences: list[list[int]]) -> Array:
    """Pad what is shared, so that nobody may write to it."""
    tokens, _ = pad_sequences(sequences)
    tokens.flags.writeable = False
    return tokens
