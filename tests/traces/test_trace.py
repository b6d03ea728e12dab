"""A trace: what goes in, what comes out frame by frame, and what travels to the browser."""

import json

import numpy as np
import pytest

from dlteach.traces import MAX_BYTES, Bytes, Trace, in_bytes


def trace(frames=None, fixed=None, sentences=("at 3", "at 2", "at 1"), **more):
    return Trace({"x": [3.0, 2.0, 1.0]} if frames is None else frames, sentences, "Downhill.", fixed or {}, **more)


def unpacked(layout, data):
    """What a reader in another language does: each array by its offset, dtype and shape; bytes by their scale."""
    arrays = {}
    for name, about in layout["arrays"].items():
        dtype = {"float32": np.dtype("<f4"), "uint8": np.dtype("u1")}[about["dtype"]]
        array = np.frombuffer(data, dtype, count=int(np.prod(about["shape"])), offset=about["offset"]).reshape(about["shape"])
        if about["dtype"] == "uint8":
            array = (about["low"] + (about["high"] - about["low"]) * array / 255).astype(np.float32)
        arrays[name] = array
    return arrays


def test_a_frame_holds_what_moves_as_it_is_then_and_what_is_fixed_as_it_always_is():
    recorded = trace({"x": [3.0, 2.0, 1.0], "w": np.arange(12).reshape(3, 2, 2)}, {"lr": 0.5, "data": [[1, 2], [3, 4]]})
    frame = recorded.frame(1)
    assert set(frame) == {"x", "w", "lr", "data"}
    assert frame["x"] == 2
    np.testing.assert_array_equal(frame["w"], [[4, 5], [6, 7]])
    assert frame["lr"] == 0.5
    np.testing.assert_array_equal(frame["data"], [[1, 2], [3, 4]])
    assert {array.dtype for array in frame.values()} == {np.dtype(np.float32)}


def test_history_goes_from_the_first_frame_to_this_one():
    np.testing.assert_array_equal(trace().history("x", 0), [3])
    np.testing.assert_array_equal(trace().history("x", 2), [3, 2, 1])


def test_describe_gives_the_sentence_of_a_frame_and_len_counts_frames():
    assert [trace().describe(t) for t in range(len(trace()))] == ["at 3", "at 2", "at 1"]


@pytest.mark.parametrize("t", [-1, 3])
def test_a_frame_outside_is_an_index_error_that_says_which_there_are(t):
    for ask in (trace().frame, trace().describe, lambda t: trace().history("x", t)):
        with pytest.raises(IndexError, match=f"t is {t}; it needs to be a frame, from 0 to 2"):
            ask(t)


def test_what_is_packed_can_be_read_back_in_any_language():
    picture = np.random.default_rng(0).normal(size=(3, 5, 7))
    frames = {"x": [3.0, np.nan, np.inf], "odd": in_bytes(np.arange(9.0).reshape(3, 3)), "picture": in_bytes(picture)}
    recorded = trace(frames, {"lr": 0.1, "grid": np.eye(3), "nothing": np.zeros((0, 2))})
    layout, data = recorded.pack()
    assert json.loads(json.dumps(layout, allow_nan=False)) == layout
    arrays = unpacked(layout, data)
    assert {name for name, about in layout["arrays"].items() if about["each"]} == set(frames)
    for t in range(3):
        for name, array in recorded.frame(t).items():
            there = arrays[name][t] if layout["arrays"][name]["each"] else arrays[name]
            np.testing.assert_allclose(there, array, rtol=1e-6, atol=1e-6, err_msg=name)
    assert np.abs(arrays["picture"] - picture).max() <= (picture.max() - picture.min()) / 509


def test_every_array_begins_at_a_multiple_of_four_bytes_so_that_floats_can_be_read_in_place():
    frames = {"a": in_bytes(np.arange(3.0)), "b": [1.0, 2.0, 3.0], "c": in_bytes(np.arange(15.0).reshape(3, 5)), "d": np.ones((3, 2))}
    layout, data = trace(frames).pack()
    assert [about["offset"] % 4 for about in layout["arrays"].values()] == [0, 0, 0, 0]
    assert len(data) % 4 == 0


def test_what_is_told_travels_with_the_numbers():
    layout, _ = trace(step="epoch", parted=1, remark="Yours parts here.").pack()
    told = {"frames": 3, "sentences": ["at 3", "at 2", "at 1"], "caption": "Downhill.", "step": "epoch", "parted": 1}
    assert {**told, "remark": "Yours parts here."}.items() <= layout.items()


def test_a_trace_of_a_megabyte_passes_and_a_heavier_one_names_its_largest_array():
    sentences = ["a"]
    numbers = MAX_BYTES // 4
    Trace({"x": np.zeros((1, numbers))}, sentences, "c").pack()
    # the most numbers are in `many`, the most bytes in `heavy`
    heavy = Trace({"heavy": np.zeros((1, 200_000)), "many": in_bytes(np.zeros((1, 500_000)))}, sentences, "c")
    with pytest.raises(ValueError, match=r"weighs 1300000 bytes; it may weigh 1048576. The largest array is 'heavy', .*200000.* float32"):
        heavy.pack()


def test_nobody_can_write_to_what_was_recorded():
    mine = np.array([3.0, 2.0, 1.0])
    bytes_ = in_bytes(mine)
    recorded = trace({"x": mine, "b": bytes_}, {"fixed": mine})
    mine[:] = 0
    bytes_.values[:] = 0
    assert recorded.frame(0)["x"] == 3
    assert recorded.frame(0)["b"] == 3
    for array in (recorded.frames["x"], recorded.frames["b"].values, recorded.fixed["fixed"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_what_has_flown_apart_beyond_float32_is_infinite_and_warns_nobody():
    np.testing.assert_array_equal(trace({"x": [1e300, -1e300, 1.0]}).history("x", 2), [np.inf, -np.inf, 1])


@pytest.mark.parametrize(("length", "key_frames"), [(1, (0,)), (2, (0, 1)), (3, (0, 1, 2)), (4, (0, 1, 2, 3)), (101, (0, 33, 67, 100))])
def test_key_frames_are_spread_evenly_unless_they_are_given(length, key_frames):
    assert Trace({}, ["a"] * length, "c").key_frames == key_frames
    assert Trace({}, ["a"] * length, "c", key_frames=(0,)).key_frames == (0,)


WRONG = {
    "no frame": ({"frames": {}, "sentences": []}, "sentences is empty; a trace needs at least one frame"),
    "another length": ({"frames": {"x": [1.0, 2.0]}}, r"frames\['x'\] has shape \(2,\); its first axis needs 3 entries"),
    "no length": ({"frames": {"x": 1.0}}, r"frames\['x'\] has shape \(\); its first axis needs 3 entries"),
    "twice the same name": ({"fixed": {"x": 1.0}}, "'x' stands in frames and in fixed"),
    "parted outside": ({"parted": 3}, "parted is 3; it needs to be a frame, from 0 to 2"),
    "a key frame outside": ({"key_frames": (0, -1)}, "a key frame is -1; it needs to be a frame, from 0 to 2"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_makes_no_sense_is_refused_by_name(wrong):
    arguments, message = WRONG[wrong]
    with pytest.raises(ValueError, match=message):
        trace(**arguments)


def test_a_number_in_a_byte_is_off_by_half_a_step_at_most():
    numbers = np.random.default_rng(1).uniform(-3, 5, size=(4, 6))
    packed = in_bytes(numbers)
    assert packed.values.dtype == np.uint8
    assert packed.values.shape == numbers.shape
    np.testing.assert_allclose(packed.numbers(), numbers, atol=(packed.high - packed.low) / 509)


def test_a_scale_can_be_given_and_what_lies_outside_is_cut():
    packed = in_bytes(np.array([-9.0, 0.0, 1.0, 9.0, np.inf]), 0, 1)
    assert (packed.low, packed.high) == (0, 1)
    np.testing.assert_array_equal(packed.numbers(), [0, 0, 1, 1, 1])


def test_numbers_that_are_all_the_same_keep_their_value():
    np.testing.assert_array_equal(in_bytes(np.full(3, 2.5)).numbers(), [2.5, 2.5, 2.5])


@pytest.mark.parametrize(
    ("numbers", "scale", "message"),
    [
        ([1.0, np.nan], (), r"NaN or nothing finite \(shape \(2,\)\)"),
        ([np.inf], (), "NaN or nothing finite"),
        ([], (), "NaN or nothing finite"),
        ([1.0], (2, 1), "high is 1.0; it needs to be at least low, which is 2.0"),
    ],
)
def test_what_a_byte_cannot_hold_is_refused(numbers, scale, message):
    with pytest.raises(ValueError, match=message):
        in_bytes(np.array(numbers), *scale)


def test_bytes_say_what_they_stand_for():
    np.testing.assert_allclose(Bytes(np.array([0, 51, 255], dtype=np.uint8), -1, 1).numbers(), [-1, -0.6, 1], atol=1e-6)
