"""Saving and loading: the same arrays back, nothing half done, and plain words for what does not fit."""

import json
import os
import stat

import numpy as np
import pytest
import safetensors.numpy

from dlteach import nn
from dlteach.training import SGD, Adam, Dense, Dropout, EarlyStopping, History, Layer, Sequential, fit, load, save

pytestmark = pytest.mark.filterwarnings("error")


class Scale(Layer):
    """out = x · a, and a count of the batches as its state."""

    def __init__(self, a, counted=0):
        super().__init__()
        self.params, self.state = {"a": np.asarray(a)}, {"batches": np.array(counted)}

    def forward(self, x, *, training=False):
        self.cache = x
        self.state["batches"] += training
        return x * self.params["a"]

    def backward(self, dout):
        self.grads = {"a": np.asarray(np.sum(dout * self.cache, axis=0))}
        return dout * self.params["a"]


class Noise(Layer):
    """Add a little noise while training."""

    def __init__(self, rng):
        super().__init__()
        self.rng = rng

    def forward(self, x, *, training=False):
        return x + 0.1 * self.rng.standard_normal(x.shape) if training else x

    def backward(self, dout):
        return dout


def model(seed=0, rng=None):
    first = Dense(3, 3, rng=np.random.default_rng(seed), dtype=np.float64)
    return Sequential(first, Scale(np.full(3, float(seed))), Noise(rng or np.random.default_rng(seed)))


def train(net, optimizer, rng, epochs=2, **more):
    x = np.random.default_rng(9).standard_normal((8, 3))
    return fit(net, x, 2 * x, loss=nn.mean_squared_error, optimizer=optimizer, epochs=epochs, batch_size=3, rng=rng, **more)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.fixture
def saved(path):
    """A file with everything in it, and what was saved."""
    net, optimizer, rng, stopping = model(), Adam(0.01), np.random.default_rng(4), EarlyStopping("loss", patience=5)
    history = train(net, optimizer, rng, callbacks=[stopping])
    save(path, net, optimizer, rng=rng, history=history, callbacks=[stopping])
    return net, optimizer, rng, history, stopping


def test_everything_comes_back_bit_for_bit_into_the_same_arrays(saved, path):
    net, optimizer, rng, history, stopping = saved
    other, other_optimizer, other_rng, other_stopping = model(1), Adam(0.5), np.random.default_rng(5), EarlyStopping("loss", patience=5)
    objects = {**other.parameters(), **other.states()}
    loaded = load(path, other, other_optimizer, rng=other_rng, callbacks=[other_stopping])
    assert isinstance(loaded, History)
    assert loaded == history
    assert list(loaded) == ["loss"]
    for name, array in {**net.parameters(), **net.states()}.items():
        np.testing.assert_array_equal(objects[name], array)
        assert {**other.parameters(), **other.states()}[name] is objects[name]
    assert other_optimizer.lr == 0.01
    assert other_optimizer.state.keys() == optimizer.state.keys() == {"0.w", "0.b", "1.a"}
    for name, memory in optimizer.state.items():
        assert other_optimizer.state[name].keys() == memory.keys() == {"m", "v", "t"}
        for slot, array in memory.items():
            np.testing.assert_array_equal(other_optimizer.state[name][slot], array)
            assert other_optimizer.state[name][slot].dtype == array.dtype
    np.testing.assert_array_equal(other_rng.random(4), rng.random(4))
    np.testing.assert_array_equal(other.layers[2].rng.random(4), net.layers[2].rng.random(4))
    assert other_stopping.state.keys() == stopping.state.keys() >= {"best", "waited", "weights.params.0.w", "weights.state.1.batches"}
    for name, array in stopping.state.items():
        np.testing.assert_array_equal(other_stopping.state[name], array)


def test_the_model_alone_can_be_loaded_from_a_file_with_more(saved, path):
    other = model(1)
    load(path, other)
    np.testing.assert_array_equal(other.parameters()["0.w"], saved[0].parameters()["0.w"])


def test_the_model_alone_can_be_saved(path):
    save(path, model(0))
    other = model(1)
    assert load(path, other, callbacks=[EarlyStopping()]) == History()
    np.testing.assert_array_equal(other.parameters()["0.w"], model(0).parameters()["0.w"])
    with pytest.raises(ValueError, match="holds no optimizer; load it without one"):
        load(path, other, SGD(0.1))
    with pytest.raises(ValueError, match="holds no state of rng; load it without one"):
        load(path, other, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(12.0).reshape(2, 6)[:, ::2],
        np.arange(6.0).reshape(3, 2).T,
        np.array(7.0),
        np.arange(4, dtype=np.float32),
        np.array([np.nan, np.inf, -0.0, 5e-324]),
    ],
)
def test_arrays_of_any_memory_layout_and_shape_come_back(array, path):
    save(path, Scale(array))
    other = Scale(np.full_like(array, -1))
    load(path, other)
    np.testing.assert_array_equal(other.params["a"], array)
    np.testing.assert_array_equal(np.signbit(other.params["a"]), np.signbit(array))


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_every_kind_of_generator_goes_on_where_it_was(kind, path):
    rng, other = np.random.Generator(kind(0)), np.random.Generator(kind(1))
    rng.integers(0, 9, 3, dtype=np.int32)  # leaves half a draw behind
    save(path, Scale(1.0), rng=rng)
    load(path, Scale(1.0), rng=other)
    np.testing.assert_array_equal(rng.integers(0, 9, 9, dtype=np.int32), other.integers(0, 9, 9, dtype=np.int32))


def test_two_callbacks_of_a_kind_are_told_apart(path):
    first, second = EarlyStopping("loss"), EarlyStopping("loss", restore_best=False)
    first.state, second.state = {"best": np.array(1.0)}, {"best": np.array(2.0)}
    save(path, Scale(1.0), callbacks=[first, second])
    first.state, second.state = {}, {"waited": np.array(8)}
    load(path, Scale(1.0), callbacks=[first, second])
    assert (float(first.state["best"]), float(second.state["best"]), len(second.state)) == (1, 2, 1)


def test_the_same_state_gives_the_same_bytes(saved, path, tmp_path):
    net, optimizer, _, history, stopping = saved
    again = tmp_path / "again"
    rng = np.random.default_rng(4)
    for place in (path, again):
        save(str(place), net, optimizer, rng=rng, history=history, callbacks=[stopping])
    assert path.read_bytes() == again.read_bytes()


def test_a_file_that_is_being_written_never_replaces_a_whole_one(path, monkeypatch):
    save(path, Scale(1.0))
    before = path.read_bytes()

    def crash(*_):
        raise OSError("the disk is full")

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, crash)
            with pytest.raises(OSError, match="the disk is full"):
                save(path, Scale(2.0))
        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_others_may_read_the_file_as_they_may_any(path):
    save(path, Scale(1.0))
    plain = path.with_name("plain")
    plain.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_the_file_holds_no_pickle(saved, path):
    tensors = safetensors.numpy.load(path.read_bytes())
    assert {name.split(".")[0] for name in tensors} == {"params", "state", "optimizer", "history", "callbacks"}
    length = int.from_bytes(path.read_bytes()[:8], "little")
    header = json.loads(path.read_bytes()[8 : 8 + length])
    assert set(json.loads(header["__metadata__"]["dlteach"])) == {"format", "optimizer", "generators", "history"}


def narrower():
    net = model(1)
    net.layers[1].params["a"] = np.ones(2)
    return net


def other_dtype():
    net = model(1)
    net.layers[1].params["a"] = np.ones(3, np.float32)
    return net


def other_kind():
    return np.random.Generator(np.random.SFC64(0))


@pytest.mark.parametrize(
    ("load_into", "message"),
    [
        (lambda path: load(path, narrower()), r"params.1.a has shape \(3,\) and dtype float64 there, but shape \(2,\) and dtype"),
        (lambda path: load(path, other_dtype()), r"params.1.a has .* dtype float64 there, but shape \(3,\) and dtype float32 here"),
        (lambda path: load(path, Scale(np.ones(3))), r"lacks params.a; it lacks state.batches; it has params.0.b, which is unknown here"),
        (lambda path: load(path, Sequential(*model().layers[:2])), r"model.2 draws random numbers there only"),
        (lambda path: load(path, Sequential(*model().layers, Noise(np.random.default_rng(0)))), r"model.3 draws random numbers here only"),
        (lambda path: load(path, model(rng=other_kind())), r"model.2 is a generator of kind SFC64; it needs to be PCG64"),
        (lambda path: load(path, model(1), SGD(0.1)), r"optimizer is SGD with .*; it needs to be Adam with .*, as in"),
        (lambda path: load(path, model(1), Adam(0.1, beta1=0.8)), r"'beta1': 0.8.*; it needs to be Adam with .*'beta1': 0.9"),
    ],
)
def test_what_does_not_fit_is_named(load_into, message, saved, path):
    with pytest.raises(ValueError, match=message):
        load_into(path)


def test_of_many_differences_the_first_are_named(path):
    save(path, Sequential(*(Scale(1.0) for _ in range(10))))
    with pytest.raises(ValueError, match=r"it has params.1.a, .*; it has params.6.a, which is unknown here; and 12 more\. Build all"):
        load(path, Sequential(Scale(1.0)))


def test_after_an_error_all_is_as_it_was(saved, path):
    net, optimizer, rng = model(1), Adam(0.5, beta1=0.8), np.random.default_rng(1)
    before = {name: p.copy() for name, p in net.parameters().items()}
    with pytest.raises(ValueError, match="optimizer is Adam"):
        load(path, net, optimizer, rng=rng)
    for name, p in net.parameters().items():
        np.testing.assert_array_equal(p, before[name])
    assert (optimizer.lr, optimizer.state) == (0.5, {})
    assert rng.random() == np.random.default_rng(1).random()


def test_a_memory_that_does_not_fit_the_parameters_is_named(path):
    net, optimizer = model(0), SGD(0.1, momentum=0.9)
    optimizer.state = {"0.w": {"velocity": np.zeros((3, 2))}, "gone": {"velocity": np.zeros(1)}}
    save(path, net, optimizer)
    with pytest.raises(ValueError, match=r"it has optimizer.gone.velocity, which is unknown.*; optimizer.0.w.velocity has shape \(3, 2\)"):
        load(path, model(1), SGD(0.1, momentum=0.9))


def test_a_file_that_is_none_of_ours_is_said_to_be_so(path, saved):
    whole = path.read_bytes()
    for content in (b"", b"not at all", whole[:-1], whole[:50], b"\x80\x04]\x94."):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"it needs to be a safetensors file, whole and unchanged"):
            load(path, model(1))
    for metadata in (None, {"other": "1"}, {"dlteach": '{"format": 99}'}, {"dlteach": "{"}, {"dlteach": "[]"}):
        path.write_bytes(safetensors.numpy.save({"params.a": np.ones(1)}, metadata=metadata))
        with pytest.raises(ValueError, match=r"it needs to be a file that this version of dlteach wrote with save"):
            load(path, model(1))
    with pytest.raises(FileNotFoundError, match=r"path is .*missing; there is no such file"):
        load(path.with_name("missing"), model(1))
    with pytest.raises(ValueError, match="it needs to be a safetensors file"):
        load(path.parent, model(1))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((nn,), {}, r"model is a module; it needs to be a Layer"),
        ((Scale(1.0), Adam), {}, r"optimizer is the class Adam; it needs to be an Optimizer"),
        ((Scale(1.0),), {"rng": 3}, r"rng is 3; it needs to be a random generator"),
    ],
)
def test_a_wrong_kind_of_argument_is_named(arguments, options, message, path):
    save(path, Scale(1.0))
    for function in (save, load):
        with pytest.raises(TypeError, match=message):
            function(path, *arguments, **options)


def test_the_generator_of_dropout_is_found(path):
    first, second = (Sequential(Dropout(0.5, rng=np.random.default_rng(seed))) for seed in (0, 1))
    save(path, first)
    load(path, second)
    assert first.layers[0].rng.random() == second.layers[0].rng.random()


def test_a_folder_that_is_not_there_is_named(path):
    with pytest.raises(FileNotFoundError, match=r"path is .*none/model; the folder .*none does not exist"):
        save(path.parent / "none" / "model", Scale(1.0))
