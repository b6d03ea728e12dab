"""Augmentation: each picture in its own way, the label still true, the originals untouched."""

import numpy as np
import pytest

from dlteach import data

IMAGES = np.arange(6 * 2 * 4 * 5, dtype=np.float32).reshape(6, 2, 4, 5)
IMAGES.flags.writeable = False


def rng(seed=0):
    return np.random.default_rng(seed)


def test_some_are_mirrored_and_the_others_left_as_they_are():
    flipped = data.random_flip(IMAGES, rng())
    mirrored = [np.array_equal(new, old[..., ::-1]) for new, old in zip(flipped, IMAGES, strict=True)]
    same = [np.array_equal(new, old) for new, old in zip(flipped, IMAGES, strict=True)]
    assert np.array_equal(mirrored, np.logical_not(same))
    assert 0 < sum(mirrored) < len(IMAGES)
    np.testing.assert_array_equal(data.random_flip(IMAGES, rng(), probability=0), IMAGES)
    np.testing.assert_array_equal(data.random_flip(IMAGES, rng(), probability=1), IMAGES[..., ::-1])


def test_a_crop_is_a_window_of_its_own_picture():
    crops = data.random_crop(IMAGES, rng(), height=2, width=3)
    assert crops.shape == (6, 2, 2, 3)
    corners = set()
    for crop, image in zip(crops, IMAGES, strict=True):
        (_, top, left), *_ = np.argwhere(image == crop[0, 0, 0])
        np.testing.assert_array_equal(crop, image[:, top : top + 2, left : left + 3])
        corners.add((top, left))
    assert len(corners) > 1


def test_a_shift_moves_a_picture_and_brings_in_zeros():
    picture = np.ones((200, 1, 5, 5))
    shifted = data.random_shift(picture, rng(), most=2)
    assert shifted.shape == picture.shape
    rows, columns = shifted[:, 0].max(axis=2).sum(axis=1), shifted[:, 0].max(axis=1).sum(axis=1)
    assert set(rows) == set(columns) == {3, 4, 5}
    np.testing.assert_array_equal(data.random_shift(IMAGES, rng(), most=0), IMAGES)


@pytest.mark.parametrize(
    "augment",
    [data.random_flip, lambda x, r: data.random_shift(x, r, most=1), lambda x, r: data.random_crop(x, r, height=3, width=3)],
)
def test_the_same_seed_gives_the_same_pictures_and_the_dtype_stays(augment):
    np.testing.assert_array_equal(augment(IMAGES, rng(1)), augment(IMAGES, rng(1)))
    assert augment(IMAGES, rng()).dtype == np.float32
    assert augment(IMAGES.astype(np.uint8), rng()).dtype == np.uint8


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"images has shape \(4, 5\); it needs \(N, C, H, W\)"):
        data.random_flip(IMAGES[0, 0], rng())
    with pytest.raises(TypeError, match="images is a list"):
        data.random_flip([1.0], rng())
    with pytest.raises(ValueError, match=r"probability is 1\.5; it needs to be from 0 to 1"):
        data.random_flip(IMAGES, rng(), probability=1.5)
    with pytest.raises(ValueError, match="most is -1; it needs to be 0 or more"):
        data.random_shift(IMAGES, rng(), most=-1)
    with pytest.raises(ValueError, match="the window is 5×3; it needs to be from 1×1 to 4×5"):
        data.random_crop(IMAGES, rng(), height=5, width=3)
    with pytest.raises(TypeError, match="rng"):
        data.random_flip(IMAGES, 0)
