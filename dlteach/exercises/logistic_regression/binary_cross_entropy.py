"""Exercise: binary cross-entropy, the loss of a yes-or-no question, from scores."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """From one sample to batches of different sizes, then mistakes too confident for the probabilities to be stored."""
    return [
        Case({"z": rng.integers(1, 4, 1).astype(float), "y": np.array([0])}, kind="smallest", sizes={"N": 1}),
        loss_case(rng, ones=3, zeros=2),
        loss_case(rng, ones=3, zeros=4),
        Case({"z": -rng.uniform(0.5, 2.0, 1), "y": np.array([1])}, kind="one", sizes={"N": 1}),
        Case({"z": np.array([-1000.0]), "y": np.array([1])}, kind="extreme", sizes={"N": 1}),
        extreme_case(rng),
    ]


def loss_case(rng: np.random.Generator, ones: int, zeros: int) -> Case:
    """Samples of both classes; the model is right about some of each and wrong about others."""
    y = np.repeat([1, 0], [ones, zeros])
    sides = np.where(np.arange(ones + zeros) % 2 == 0, 1.0, -1.0)
    order = rng.permutation(ones + zeros)
    z = sides * rng.uniform(0.5, 3.0, ones + zeros)
    return Case({"z": z[order], "y": y[order]}, sizes={"N": ones + zeros})


def extreme_case(rng: np.random.Generator) -> Case:
    """Confident and wrong, confident and right, for both labels; one more mistake is small, so that a cap is no mere factor."""
    z, y = np.array([-1000.0, 900.0, 800.0, -800.0, 2.0]), np.array([1, 0, 1, 0, 0])
    order = rng.permutation(5)
    return Case({"z": z[order], "y": y[order]}, kind="extreme", sizes={"N": 5})


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def minus_sign_left_out(z, y):
    return np.mean(y * z - np.logaddexp(0, z))


def sum_for_mean(z, y):
    return np.sum(np.logaddexp(0, z) - y * z)


def one_loss_per_sample(z, y):
    return np.logaddexp(0, z) - y * z


def minus_reaches_the_first_term_only(z, y):
    p = 1 / (1 + np.exp(-z))
    return np.mean(-y * np.log(p) + (1 - y) * np.log(1 - p))


def positives_only(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p))


def label_not_used(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(np.log(p))


def labels_the_wrong_way_round(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean((1 - y) * np.log(p) + y * np.log(1 - p))


def scores_taken_for_probabilities(z, y):
    return -np.mean(y * np.log(z) + (1 - y) * np.log(1 - z))


def sigmoid_twice(z, y):
    p = 1 / (1 + np.exp(-z))
    p = 1 / (1 + np.exp(-p))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def squared_error(z, y):
    p = 1 / (1 + np.exp(-z))
    return np.mean((p - y) ** 2)


def halved(z, y):
    return np.mean(np.logaddexp(0, z) - y * z) / 2


def base_two(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log2(p) + (1 - y) * np.log2(1 - p))


def logarithm_of_zero(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def logarithm_of_infinity(z, y):
    return np.mean(np.log(1 + np.exp(z)) - y * z)


def clipped_at_1e_7(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def clipped_at_1e_8(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-8, 1 - 1e-8)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def clipped_at_1e_9(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-9, 1 - 1e-9)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def clipped_at_1e_10(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-10, 1 - 1e-10)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def clipped_at_1e_12(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def clipped_at_1e_15(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-15, 1 - 1e-15)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def exponential_too_large(z, y):
    return np.mean(np.where(y == 1, np.log(1 + np.exp(-z)), np.log(1 + np.exp(z))))


def one_for_its_exponent(z, y):
    return np.mean(np.where(y == 1, np.logaddexp(1, -z), np.logaddexp(1, z)))


def one_for_its_exponent_in_one_line(z, y):
    return np.mean(np.logaddexp(1, z) - y * z)


def both_terms_in_full(z, y):
    return np.mean(np.logaddexp(0, -z) + np.logaddexp(0, z))


def if_on_the_labels(z, y):
    if y == 1:
        return np.mean(np.logaddexp(0, -z))
    else:
        return np.mean(np.logaddexp(0, z))


# Right answers written another way.


def with_logaddexp(z, y):
    return np.mean(np.logaddexp(0, z) - y * z)


def with_maximum_and_log1p(z, y):
    return (np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))).mean()


def one_signed_score(z, y):
    return np.logaddexp(0, np.where(y == 1, -z, z)).sum() / len(y)


def with_a_loop(z, y):
    import math

    total = 0.0
    for score, label in zip(z, y):
        wrong = -score if label == 1 else score
        total += max(wrong, 0) + math.log1p(math.exp(-abs(wrong)))
    return total / len(z)


ONE_OR_ZERO = "`np.logaddexp(a, b)` is log(exp(a) + exp(b)), so with a = 1 you add e, about 2.718, and not 1."
ONE_OR_ZERO_HINT = "Which power of e is 1?"
CLIPPED = (
    "The loss stops growing: a mistake of 1000 should cost 1000, but the probability was kept away from 0 "
    "(clipped, or given a small extra)."
)
CLIPPED_HINT = (
    "A loss that stays flat cannot pull a badly wrong score back. Put p = sigmoid(z) into -log(p) and simplify on paper "
    "*before* computing: the exponential and the logarithm nearly undo each other."
)

EXERCISE = Exercise(
    name="binary_cross_entropy",
    lesson="logistic_regression",
    points=3,
    minutes=7,
    difficulty=3,
    reference=nn.binary_cross_entropy,
    cases=cases,
    returns=("loss",),
    criteria=(
        Criterion("values", "the mean loss for everyday scores", share=2),
        Criterion("confident_mistakes", "the loss of confident mistakes", kinds=("extreme",), after="values"),
    ),
    needs=("sigmoid",),
    rtol=1e-6,
    misconceptions=(
        Misconception(
            minus_sign_left_out,
            "The loss has the wrong sign: it is negative, and gets smaller and smaller as the predictions get worse.",
            "The logarithm of a probability is never positive. What turns it into a cost, and does it stand before *both* terms?",
        ),
        Misconception(
            sum_for_mean,
            "The losses of the samples are added up; the mean is asked for.",
            "With a sum, a batch twice as large has twice the loss. How many samples share this one?",
        ),
        Misconception(
            one_loss_per_sample,
            "There is one loss per sample here; a single number for the whole batch is asked for.",
            "Each of these numbers is right. What is their mean?",
        ),
        Misconception(
            minus_reaches_the_first_term_only,
            "The minus sign reaches only the term with y: samples with label 0 count as a gain, not as a cost.",
            "Put the minus in front of the whole bracket. Where do the brackets have to go in your line?",
        ),
        Misconception(
            positives_only,
            "Only the samples with label 1 cost anything; a model that always says 1 would have no loss at all.",
            "The formula has two terms, one for each label. Which one is missing?",
        ),
        Misconception(
            label_not_used,
            "Every sample pays -log p, whatever its label, as if all labels were 1.",
            "For a sample with label 0, which probability did the model give to what really happened?",
        ),
        Misconception(
            labels_the_wrong_way_round,
            "This is the loss for the opposite labels: good predictions are expensive and bad ones cheap.",
            "Either the two logarithms have changed places, or the sigmoid inside is upside down. For y = 1 the cost must fall as z grows.",
        ),
        Misconception(
            scores_taken_for_probabilities,
            "The logarithm was taken of the scores z themselves. A score may be negative or above 1, and then the logarithm has "
            "no value (nan).",
            "The formula speaks of probabilities p. What turns a score into a probability?",
        ),
        Misconception(
            sigmoid_twice,
            "The sigmoid was applied twice, so every probability lies between 0.5 and 0.74.",
            "`z` is a score, and one sigmoid makes a probability of it. Where does the second one come in?",
        ),
        Misconception(
            squared_error,
            "This is the mean squared error of the probabilities, which can never be more than 1 however wrong the model is.",
            "The cross-entropy is built from logarithms, so that a confident mistake becomes very expensive.",
        ),
        Misconception(
            halved,
            "The loss is exactly half of what it should be.",
            "The ½ belongs to some squared losses, where it makes the derivative tidier. Divide by the number of samples only.",
        ),
        Misconception(
            base_two,
            "The logarithm is to the base 2; the loss uses the natural one, so yours is about 1.44 times too large.",
            "Which of NumPy's logarithms undoes `np.exp`?",
        ),
        Misconception(
            logarithm_of_zero,
            "Right for everyday scores, but for a confident mistake it comes out as inf or nan: on the way a probability was rounded to "
            "exactly 0 or 1, whose logarithm is infinite, or an exponential became too large to store.",
            "Is there a probability in your code? Put p = sigmoid(z) into the formula and simplify on paper, so that none is computed. "
            "Is there an exponential of a large score? See `np.logaddexp` in the text above the exercise.",
        ),
        Misconception(
            logarithm_of_infinity,
            "The simplified formula is right, but exp(1000) is too large to store, so the loss of a large score comes out as inf.",
            "For a large z, log(1 + exp(z)) is almost exactly z. Rewrite it so that only exponentials of negative numbers are left, "
            "or see `np.logaddexp` in the text above the exercise.",
        ),
        Misconception(clipped_at_1e_7, CLIPPED, CLIPPED_HINT),
        Misconception(clipped_at_1e_8, CLIPPED, CLIPPED_HINT),
        Misconception(clipped_at_1e_9, CLIPPED, CLIPPED_HINT),
        Misconception(clipped_at_1e_10, CLIPPED, CLIPPED_HINT),
        Misconception(clipped_at_1e_12, CLIPPED, CLIPPED_HINT),
        Misconception(clipped_at_1e_15, CLIPPED, CLIPPED_HINT),
        Misconception(
            exponential_too_large,
            "The simplified formulas are right, but exp(1000) is too large to store, so the loss of a confident mistake comes out as inf.",
            "Let NumPy take the logarithm of a sum of exponentials safely: the text above the exercise names the function. "
            "To which power must e be raised to give the 1?",
        ),
        Misconception(one_for_its_exponent, ONE_OR_ZERO, ONE_OR_ZERO_HINT),
        Misconception(one_for_its_exponent_in_one_line, ONE_OR_ZERO, ONE_OR_ZERO_HINT),
        Misconception(
            both_terms_in_full,
            "Each sample pays for both answers, -log p *and* -log(1 - p): its label is not used to choose between them.",
            "In the formula one term is multiplied by y and the other by 1 - y. What is left of them for y = 1, and for y = 0?",
        ),
        Misconception(
            if_on_the_labels,
            "A single True or False was asked for (by `if`, `and` or `max`), but an array has one for each sample.",
            "Let NumPy choose sample by sample, with `np.where`; or multiply by y and by 1 - y, as the formula does.",
        ),
    ),
    accepted=(with_logaddexp, with_maximum_and_log1p, one_signed_score, with_a_loop),
    hints=(
        "Begin with the plain formula: p = sigmoid(z), then the two logarithms, the minus sign, the mean. That already earns "
        "two of the three points.",
        "For the last point never compute p at all. On paper, -log(sigmoid(z)) becomes log(1 + exp(-z)), and -log(1 - "
        "sigmoid(z)) becomes log(1 + exp(z)).",
        "The two cases together are log(1 + exp(z)) - y·z. What is left is to compute log(1 + exp(z)) without overflow: NumPy's "
        "`logaddexp(a, b)` is "
        "log(exp(a) + exp(b)), done safely; and 1 is exp(0).",
    ),
)
