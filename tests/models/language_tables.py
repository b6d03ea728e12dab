"""Language models small enough to try every sentence: a random table with a row of log-probabilities for every beginning."""

import itertools

import numpy as np


class LanguageTables:
    """One table per sentence of the batch: what follows each beginning, drawn at random, so that nothing is regular.

    The state counts the beginnings like the nodes of a heap: the root is 0, and the child of node i by token v is i·V + 1 + v.
    It is kept in a nest of every kind a state may have, and checks itself: a decoder that mixes up rows is caught.
    """

    def __init__(self, rng, num_sentences, num_tokens, max_length, *, spread=1.0, impossible=0.0):
        rows = sum(num_tokens**length for length in range(max_length))
        scores = spread * rng.standard_normal((num_sentences, rows, num_tokens))
        forbidden = rng.random(scores.shape) < impossible
        forbidden[..., 0] = False
        scores[forbidden] = -np.inf
        self.log_probs = scores - np.log(np.sum(np.exp(scores), axis=2, keepdims=True))
        self.num_tokens, self.max_length = num_tokens, max_length
        self.calls = 0
        self.start = np.full(num_sentences, num_tokens + 7)  # a token that nobody may look up

    def state(self):
        sentences = np.arange(len(self.start))
        return {"sentence": sentences, "steps": 0, "nest": [(np.full(len(sentences), -1), None), np.zeros((len(sentences), 0), int)]}

    def one(self, sentence):
        """The start and the state of one sentence alone."""
        return self.start[:1], {"sentence": np.array([sentence]), "steps": 0, "nest": [(np.array([-1]), None), np.zeros((1, 0), int)]}

    def step(self, tokens, state):
        self.calls += 1
        sentence, steps, [(node, nothing), words] = state["sentence"], state["steps"], state["nest"]
        assert nothing is None
        assert len(tokens) == len(sentence) == len(node) == len(words)
        assert words.shape[1] == max(0, steps - 1)
        if steps == 0:
            node = np.zeros(len(tokens), int)
        else:
            node = node * self.num_tokens + 1 + tokens
            words = np.concatenate([words, tokens[:, None]], axis=1)
        again = np.zeros(len(tokens), int)
        for column in words.T:
            again = again * self.num_tokens + 1 + column
        np.testing.assert_array_equal(node, again)  # tokens and state went the same way
        log_probs = self.log_probs[sentence, node]
        return log_probs, {"sentence": sentence, "steps": steps + 1, "nest": [(node, None), words]}

    def log_prob(self, sentence, tokens):
        node, total = 0, 0.0
        for token in tokens:
            total += self.log_probs[sentence, node, token]
            node = node * self.num_tokens + 1 + token
        return total

    def every_sentence(self, sentence, end):
        """Every sentence that can finish in time: (tokens, log-probability)."""
        others = [token for token in range(self.num_tokens) if token != end]
        for length in range(1, self.max_length + 1):
            for before in itertools.product(others, repeat=length - 1):
                total = self.log_prob(sentence, (*before, end))
                if total > -np.inf:
                    yield (*before, end), total
