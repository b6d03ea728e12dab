"""PCA: against PyTorch's eigenvalues and scikit-learn, with signs that no rounding can turn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import data, models
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)


def samples(seed, n, d):
    rng = np.random.default_rng(seed)
    return frozen(rng.standard_normal((n, d)) * (1 + np.arange(d)) + rng.standard_normal(d))


@given(seed=seeds, n=st.integers(3, 12), d=st.integers(1, 5))
def test_variances_and_subspace_agree_with_the_eigenvectors_of_the_covariance(seed, n, d):
    torch = pytest.importorskip("torch")
    x = samples(seed, n, d)
    k = min(n - 1, d)
    values, vectors = torch.linalg.eigh(torch.atleast_2d(torch.cov(torch.tensor(x).T)))
    pca = models.fit_pca(x, k)
    assert_agree(pca.explained_variance, values.flip(0)[:k])
    assert_agree(pca.explained_ratio, values.flip(0)[:k] / values.sum())
    assert_agree(pca.mean, torch.tensor(x).mean(0))
    kept = vectors.flip(1)[:, :k]
    np.testing.assert_allclose(pca.components.T @ pca.components, (kept @ kept.T).numpy(), atol=1e-6 if k < d else 1e-10)
    np.testing.assert_allclose(pca.components @ pca.components.T, np.eye(k), atol=1e-12)


@given(seed=seeds, n=st.integers(3, 12), d=st.integers(2, 5))
def test_codes_vary_as_promised_and_do_not_hang_together(seed, n, d):
    x = samples(seed, n, d)
    pca = models.fit_pca(x, min(n - 1, d))
    codes = pca.transform(x)
    np.testing.assert_allclose(np.atleast_2d(np.cov(codes.T)), np.diag(pca.explained_variance), atol=1e-9)
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=1e-12)


@given(seed=seeds, n=st.integers(6, 12), d=st.integers(1, 5))
def test_with_all_components_nothing_is_lost_and_with_fewer_what_the_rest_explains(seed, n, d):
    x = samples(seed, n, d)
    full = models.fit_pca(x, d)
    np.testing.assert_allclose(full.inverse(full.transform(x)), x, atol=1e-10)
    for k in range(1, d):
        pca = models.fit_pca(x, k)
        lost = np.sum((x - pca.inverse(pca.transform(x))) ** 2) / (n - 1)
        assert lost == pytest.approx(np.sum(full.explained_variance[k:]), abs=1e-9)
        np.testing.assert_allclose(pca.components, full.components[:k])


def test_agrees_with_scikit_learn_on_the_digits_up_to_the_sign():
    decomposition = pytest.importorskip("sklearn.decomposition")
    x = data.load("digits").x
    ours, theirs = models.fit_pca(x, 10), decomposition.PCA(10, svd_solver="full").fit(x)
    np.testing.assert_allclose(np.abs(ours.components), np.abs(theirs.components_), atol=1e-9)
    np.testing.assert_allclose(ours.explained_variance, theirs.explained_variance_)
    np.testing.assert_allclose(ours.explained_ratio, theirs.explained_variance_ratio_)
    np.testing.assert_allclose(np.abs(ours.transform(x)), np.abs(theirs.transform(x)), atol=1e-8)


@given(seed=seeds, n=st.integers(4, 12), d=st.integers(1, 5))
def test_the_largest_number_of_each_component_is_positive_whatever_the_order_of_the_samples(seed, n, d):
    x = samples(seed, n, d)
    pca = models.fit_pca(x, min(n, d))
    for component in pca.components:
        assert np.max(component) >= (1 - 1e-4) * np.max(np.abs(component))
    shuffled = models.fit_pca(x[np.random.default_rng(seed).permutation(n)], 1)
    if pca.explained_ratio[0] > 0.6:  # far from a tie, where the direction itself would be an accident
        np.testing.assert_allclose(shuffled.components, pca.components[:1], atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_two_numbers_as_large_do_not_let_rounding_choose_the_sign(seed):
    along = np.random.default_rng(seed).standard_normal(50)
    component = models.fit_pca(np.column_stack([along, -along]) + 1e-9, 1).components[0]
    np.testing.assert_allclose(component, [np.sqrt(0.5), -np.sqrt(0.5)])  # the first of the two is positive


def test_samples_that_are_all_alike_explain_nothing():
    pca = models.fit_pca(np.full((5, 3), 0.1), 2)
    np.testing.assert_allclose(pca.explained_variance, 0, atol=1e-30)
    assert np.all(np.isfinite(pca.explained_ratio))
    np.testing.assert_allclose(pca.inverse(pca.transform(np.full((1, 3), 0.1))), 0.1)
    exact = models.fit_pca(np.ones((5, 3)), 2)
    np.testing.assert_array_equal(exact.explained_ratio, [0, 0])


def test_float32_stays_float32_whole_numbers_become_float64_and_layout_has_no_effect():
    x = np.random.default_rng(0).integers(0, 17, (20, 4))
    for dtype, expected in ((np.float32, np.float32), (np.int64, np.float64)):
        pca = models.fit_pca(x.astype(dtype), 2)
        parts = (pca.mean, pca.components, pca.explained_variance, pca.explained_ratio)
        codes = pca.transform(x.astype(dtype))
        assert {part.dtype for part in (*parts, codes, pca.inverse(codes))} == {np.dtype(expected)}
    spread = np.repeat(x.astype(float), 2, axis=1)[:, ::2]
    np.testing.assert_allclose(models.fit_pca(spread, 2).components, models.fit_pca(x.astype(float), 2).components, atol=1e-12)


def test_bad_input_is_refused():
    x = np.random.default_rng(0).standard_normal((5, 3))
    with pytest.raises(ValueError, match=r"num_components is 4; it needs to be at most 3, the smaller size of x, \(5, 3\)"):
        models.fit_pca(x, 4)
    with pytest.raises(ValueError, match="num_components is 0; it needs to be at least 1"):
        models.fit_pca(x, 0)
    with pytest.raises(TypeError, match=r"num_components is 0\.95; it needs a whole number"):
        models.fit_pca(x, 0.95)
    with pytest.raises(ValueError, match=r"x has shape \(1, 3\); it needs at least two samples"):
        models.fit_pca(x[:1], 1)
    with pytest.raises(ValueError, match="x holds a NaN or an infinity"):
        models.fit_pca(np.array([[1.0, np.inf], [0.0, 0.0]]), 1)
    with pytest.raises(TypeError, match="x is a list"):
        models.fit_pca([[1.0, 2.0]], 1)
    pca = models.fit_pca(x, 2)
    assert isinstance(pca, models.PCA)
    with pytest.raises(ValueError, match=r"x has shape \(5, 2\); it needs \(N, D\) with D = 3, as in components"):
        pca.transform(x[:, :2])
    with pytest.raises(ValueError, match=r"z has shape \(5, 3\); it needs \(N, K\) with K = 2, as in components"):
        pca.inverse(x)
