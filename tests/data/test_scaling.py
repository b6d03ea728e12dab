"""Scaling: fitted on the training part, applied to every part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach.data import fit_min_max, fit_standard, load

pytestmark = pytest.mark.filterwarnings("error")


@given(seed=st.integers(0, 1000), n=st.integers(2, 20), d=st.integers(1, 5))
@settings(derandomize=True, deadline=None)
def test_the_training_part_gets_the_promised_range_and_spread(seed, n, d):
    x = 7 + 3 * np.random.default_rng(seed).standard_normal((n, d))
    x.flags.writeable = False
    squeezed, standard = fit_min_max(x).apply(x), fit_standard(x).apply(x)
    np.testing.assert_allclose(squeezed.min(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(squeezed.max(axis=0), 1, atol=1e-12)
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=1e-10)
    for fit in (fit_min_max, fit_standard):
        np.testing.assert_allclose(fit(x).undo(fit(x).apply(x)), x, rtol=1e-10)


def test_the_test_part_is_scaled_by_what_the_training_part_said():
    train, test = np.array([[0.0], [10.0]]), np.array([[20.0], [-5.0]])
    np.testing.assert_array_equal(fit_min_max(train).apply(test), [[2.0], [-0.5]])
    np.testing.assert_array_equal(fit_standard(train).apply(test), [[3.0], [-2.0]])


@pytest.mark.parametrize("fit", [fit_min_max, fit_standard])
def test_a_feature_that_never_changes_becomes_zero(fit):
    x = np.full((1000, 2), 0.1)  # the computed deviation of 0.1s is not exactly 0
    x[:, 1] = np.arange(1000)
    scaled = fit(x).apply(x)
    np.testing.assert_allclose(scaled[:, 0], 0, atol=1e-12)
    assert fit(x).scale[0] == 1
    assert np.all(np.isfinite(fit(load("digits").x).apply(load("digits").x)))


@pytest.mark.parametrize("fit", [fit_min_max, fit_standard])
def test_float32_stays_float32_and_bytes_become_float64(fit):
    x = np.array([[0, 10], [255, 30], [3, 20]])
    assert fit(x.astype(np.float32)).apply(x.astype(np.float32)).dtype == np.float32
    as_bytes = fit(x.astype(np.uint8)).apply(x.astype(np.uint8))
    assert as_bytes.dtype == np.float64
    np.testing.assert_allclose(as_bytes, fit(x.astype(float)).apply(x.astype(float)))


def test_both_agree_with_scikit_learn():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x = load("digits").x
    np.testing.assert_allclose(fit_min_max(x).apply(x), preprocessing.MinMaxScaler().fit_transform(x), atol=1e-12)
    np.testing.assert_allclose(fit_standard(x).apply(x), preprocessing.StandardScaler().fit_transform(x), atol=1e-12)


@pytest.mark.parametrize("fit", [fit_min_max, fit_standard])
def test_bad_input_is_refused(fit):
    with pytest.raises(ValueError, match=r"x has shape \(3,\); it needs \(N, D\)"):
        fit(np.ones(3))
    with pytest.raises(ValueError, match=r"x has shape \(0, 3\)"):
        fit(np.ones((0, 3)))
    with pytest.raises(ValueError, match="x holds a NaN or an infinity"):
        fit(np.array([[1.0], [np.nan]]))
    for use in (fit(np.ones((4, 3))).apply, fit(np.ones((4, 3))).undo):
        with pytest.raises(ValueError, match=r"x has shape \(4, 2\); it needs \(N, 3\), the features that the scaling was fitted on"):
            use(np.ones((4, 2)))
    with pytest.raises(TypeError, match="x is a list; it needs to be a NumPy array"):
        fit([[1.0], [2.0]])
    with pytest.raises(TypeError, match="x is a list; it needs to be a NumPy array"):
        fit(np.ones((4, 1))).apply([[1.0], [2.0]])
