import numpy as np
import pytest

from dlteach.traces import OwnFunctionError
from dlteach.traces.backpropagation import backpropagation_trace
from dlteach.traces.graphs import GRAPHS, graph_named
from tests.traces import wrong_backward as learner

CASES = [
    ("neuron", {}, None),
    ("neuron", {"x": -1.5, "w": 2.25, "b": 0.75, "y": 0}, None),
    ("hidden_unit", {}, None),
    ("hidden_unit", {"x": 0.5, "w1": -3, "b1": 0.25, "y": 0}, "relu"),
    ("hidden_unit", {"x": 1.5, "w1": 0.5, "w2": 2, "y": 0}, "tanh"),
    ("hidden_unit", {"x": -2, "w1": 1, "b2": -0.75}, "sigmoid"),
    ("two_paths", {}, None),
    ("two_paths", {"x": -2, "a": 0.5, "b": -3, "c": -1.5}, None),
]


def last(trace):
    return {name: array for name, array in trace.frame(len(trace) - 1).items() if np.ndim(array) == 0}


def loss_of(graph, activation, values):
    return last(backpropagation_trace(graph, values, activation=activation))["L"]


def test_the_neuron_has_the_numbers_of_the_lesson():
    numbers = last(backpropagation_trace("neuron"))
    expected = {"z": 0.5, "p": 0.622, "L": 0.474, "dL": 1, "dp": -1.607, "dz": -0.378, "dw": -0.755, "db": -0.378, "dx": -0.189}
    assert {name: numbers[name] for name in expected} == pytest.approx(expected, abs=5e-4)


def test_the_hidden_unit_has_the_numbers_of_the_lesson():
    numbers = last(backpropagation_trace("hidden_unit"))
    expected = {"z": 1.5, "h": 1.5, "s": -1, "L": 1.313, "ds": -0.731, "dw2": -1.097, "dh": 0.731, "dz": 0.731, "dw1": 1.462, "dx": 0.731}
    assert {name: numbers[name] for name in expected} == pytest.approx(expected, abs=5e-4)


def test_where_paths_part_gradients_add_up():
    numbers = last(backpropagation_trace("two_paths"))
    assert (numbers["dx1"], numbers["dx2"], numbers["dx"]) == (3, 10, 13)


@pytest.mark.parametrize(("graph", "values", "activation"), CASES)
def test_every_gradient_is_what_torch_finds(graph, values, activation):
    torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    usual = graph_named(graph).values
    leaves = {name: torch.tensor(float({**usual, **values}[name]), dtype=torch.float64, requires_grad=name != "y") for name in usual}
    made = torch_graph(torch, graph, activation or "relu", leaves)
    for number in made.values():
        number.retain_grad()
    made["L"].backward()
    numbers = last(backpropagation_trace(graph, values, activation=activation))
    for name, number in {**leaves, **made}.items():
        if name in {"x1", "x2", "y"} | ({"a", "b", "c"} if graph == "two_paths" else set()):
            continue
        assert numbers[name] == pytest.approx(number.item(), rel=1e-6)
        assert numbers[f"d{name}"] == pytest.approx(number.grad.item(), rel=1e-6), name


def torch_graph(torch, graph, activation, v):
    if graph == "two_paths":
        u, w = v["a"] * v["x"], v["b"] * v["x"]
        return {"u": u, "v": w, "L": u + v["c"] * w}
    if graph == "neuron":
        z = v["w"] * v["x"] + v["b"]
        p = torch.sigmoid(z)
        return {"z": z, "p": p, "L": torch.nn.functional.binary_cross_entropy(p, v["y"])}
    z = v["w1"] * v["x"] + v["b1"]
    h = getattr(torch, activation)(z)
    s = v["w2"] * h + v["b2"]
    return {"z": z, "h": h, "s": s, "L": torch.nn.functional.binary_cross_entropy_with_logits(s, v["y"])}


@pytest.mark.parametrize(("graph", "values", "activation"), CASES)
def test_the_gradients_of_what_goes_in_are_what_a_nudge_of_it_does_to_the_loss(graph, values, activation):
    usual, nudge = graph_named(graph).values, 2**-7  # the trace keeps float32: a finer nudge would be lost in it
    numbers = last(backpropagation_trace(graph, values, activation=activation))
    for name in set(usual) & {"x", "w", "b", "w1", "b1", "w2", "b2"} - ({"b"} if graph == "two_paths" else set()):
        up, down = (loss_of(graph, activation, {**usual, **values, name: {**usual, **values}[name] + way}) for way in (nudge, -nudge))
        assert numbers[f"d{name}"] == pytest.approx((up - down) / (2 * nudge), abs=1e-3), name


@pytest.mark.parametrize("graph", GRAPHS)
def test_values_come_first_and_then_one_gradient_at_a_time(graph):
    trace = backpropagation_trace(graph)
    known = [(np.isfinite(frame["value"]).sum(), np.isfinite(frame["gradient"]).sum()) for frame in map(trace.frame, range(len(trace)))]
    edges, stations = len(graph_named(graph).edges), len(graph_named(graph).stations)
    assert [values for values, _ in known] == sorted(values for values, _ in known)
    assert known[stations] == (edges, 0)
    assert [gradients for _, gradients in known[stations + 1 :]] == list(range(1, edges + 1))


@pytest.mark.parametrize("graph", GRAPHS)
def test_what_is_active_is_what_has_just_been_found(graph):
    trace = backpropagation_trace(graph)
    before = {"value": np.nan, "gradient": np.nan}
    for t in range(len(trace)):
        frame = trace.frame(t)
        fresh = {name: np.isfinite(frame[name]) & ~np.isfinite(before[name]) for name in before}
        np.testing.assert_array_equal(frame["active"], np.where(fresh["value"], 1, np.where(fresh["gradient"], -1, 0)))
        assert frame["active_nodes"].sum() >= 1
        before = frame


@pytest.mark.parametrize("graph", GRAPHS)
def test_upstream_times_slope_is_the_gradient_that_was_just_found(graph):
    trace = backpropagation_trace(graph)
    products = 0
    for frame in map(trace.frame, range(len(trace))):
        if np.isfinite(frame["product"]):
            products += 1
            found = frame["gradient"][np.flatnonzero(frame["active"] == -1)]
            assert frame["upstream"] * frame["slope"] == pytest.approx(frame["product"])
            assert found == pytest.approx([frame["product"]])
    assert products == len(graph_named(graph).edges) - (2 if graph == "two_paths" else 1)  # not at L, and not where they add up


def test_sentences_tell_the_chain_rule_with_its_numbers():
    trace = backpropagation_trace("neuron")
    assert trace.describe(1) == "Forward through the affine station: z = w · x + b = 0.5 · 2 + (−0.5) = 0.5."
    assert trace.describe(6) == (
        "Backward through the sigmoid: the gradient −1.607 that arrives, times its slope 0.235, gives dz = −0.378."
    )
    assert backpropagation_trace("two_paths").sentences[-1] == "Back at the fork gradients add up: 3 + 10 gives dx = 13."


def test_a_closed_gate_lets_nothing_through():
    numbers = last(backpropagation_trace("hidden_unit", {"w1": -1}))
    assert [numbers[name] for name in ("dz", "dw1", "db1", "dx", "dw2")] == [0, 0, 0, 0, 0]
    assert numbers["db2"] != 0


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("graph", ["neuron", "hidden_unit"])
def test_at_the_ends_of_the_range_all_numbers_are_finite(graph, y):
    names = [name for name in graph_named(graph).values if name != "y"]
    for signs in np.ndindex(*[2] * len(names)):
        values = {name: 10 * sign - 5 for name, sign in zip(names, signs, strict=True)}
        frame = backpropagation_trace(graph, {**values, "y": y}).frame(
            -1 + len(graph_named(graph).edges) + len(graph_named(graph).stations) + 1
        )
        assert np.isfinite(frame["value"]).all()
        assert np.isfinite(frame["gradient"]).all()


def test_right_functions_of_the_learner_agree_everywhere():
    trace = backpropagation_trace("hidden_unit", backward=learner.RIGHT)
    assert trace.parted is None
    assert trace.remark == "With these numbers affine_backward and relu_backward agree with ours on every edge."
    np.testing.assert_array_equal(trace.frames["gradient"], trace.frames["ghost_gradient"])


def test_without_functions_of_the_learner_there_is_no_ghost():
    assert "ghost_gradient" not in backpropagation_trace("neuron").frames
    unused = backpropagation_trace("neuron", backward={"relu": learner.relu_backward, "affine": None})
    assert "ghost_gradient" not in unused.frames
    assert unused.remark == ""


@pytest.mark.parametrize(
    ("graph", "station", "wrong", "remark"),
    [
        ("neuron", "sigmoid", learner.forgets_the_upstream_gradient, "at the sigmoid: it gives dz = 0.235, ours −0.378"),
        ("neuron", "sigmoid", learner.wrong_sign, "at the sigmoid: it gives dz = 0.378, ours −0.378"),
        ("neuron", "sigmoid", learner.one_plus_out, "at the sigmoid: it gives dz = −1.622, ours −0.378"),
        ("neuron", "affine", learner.x_times_dout_for_db, "at the affine station: it gives db = −0.755, ours −0.378"),
        ("hidden_unit", "relu", learner.gate_on_the_wrong_side, "at the ReLU: it gives dz = 0, ours 0.731"),
    ],
)
def test_a_wrong_function_parts_at_the_first_edge_it_spoils(graph, station, wrong, remark):
    trace, ours = backpropagation_trace(graph, backward={station: wrong}), backpropagation_trace(graph)
    np.testing.assert_array_equal(trace.frames["ghost_gradient"], ours.frames["gradient"])
    apart = [t for t in range(len(trace)) if not np.allclose(trace.frame(t)["gradient"], ours.frame(t)["gradient"], equal_nan=True)]
    assert trace.parted == apart[0]
    assert trace.remark == f"{wrong.__name__} parts from ours {remark}."
    assert f"should give {remark.split('ours ')[0].split('gives ')[1].split(' = ')[0]}" in trace.describe(trace.parted)
    assert wrong.__name__ in trace.describe(trace.parted)


def test_what_follows_a_wrong_gradient_is_computed_from_it():
    numbers = last(backpropagation_trace("neuron", backward={"sigmoid": learner.wrong_sign}))
    assert numbers["dw"] == pytest.approx(0.755, abs=5e-4)


def test_single_numbers_hide_a_transpose():
    assert backpropagation_trace("neuron", backward={"affine": learner.dw_is_transposed}).parted is None


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (learner.returns_none, "returns_none returned None for dx: is a return missing?"),
        (learner.raises, "raises stopped with KeyError: 'w3'"),
        (learner.not_written, "not_written is not written yet."),
        (lambda dout, cache: np.zeros(3), r"your function returned dx of shape \(3,\); it should be \(1, 1\)."),
        (lambda dout, cache: "0.2", "your function returned str for dx"),
    ],
)
def test_a_function_that_gives_no_gradient_is_reported(function, message):
    with pytest.raises(OwnFunctionError, match=message):
        backpropagation_trace("neuron", backward={"sigmoid": function})


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "returned None: is a return missing"),
        ((1, 2), r"returned 2 results; it should return three arrays: dx, dw, db."),
        (np.zeros((3, 1, 1)), r"returned an array of shape \(3, 1, 1\); it should return three arrays"),
        ((np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1))), r"returned db of shape \(1, 1\); it should be \(1,\)."),
    ],
)
def test_an_affine_backward_has_to_return_three_arrays(result, message):
    with pytest.raises(OwnFunctionError, match=message):
        backpropagation_trace("neuron", backward={"affine": lambda dout, cache: result})


def test_a_function_that_writes_into_its_arguments_spoils_only_itself():
    def in_place(dout, cache):
        x, w = cache
        result = dout @ w.T, x.T @ dout, dout.sum(axis=0)
        for array in (dout, x, w):
            array[:] = 99
        return result

    assert backpropagation_trace("hidden_unit", backward={"affine": in_place}).parted is None


@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (ValueError, {"graph": "nueron"}, "graph is 'nueron'; it needs to be one of 'neuron', 'hidden_unit', 'two_paths'"),
        (ValueError, {"values": {"w1": 1}}, "'w1' is no number of the graph 'neuron'; it has x, w, b, y"),
        (ValueError, {"values": {"x": 6}}, "x is 6; it needs to be from -5 to 5"),
        (ValueError, {"values": {"x": float("nan")}}, "x is nan"),
        (TypeError, {"values": {"x": "2"}}, "x is '2'; it needs to be a number"),
        (TypeError, {"values": [2]}, "values is a list; it needs to be a dict"),
        (ValueError, {"values": {"y": 0.5}}, "y is 0.5; it is a label, so it needs to be 0 or 1"),
        (ValueError, {"activation": "relu"}, "activation is 'relu'; for the graph 'neuron' it needs to be one of 'sigmoid'"),
        (ValueError, {"graph": "two_paths", "activation": "relu"}, "it needs to be left out"),
        (ValueError, {"backward": {"tanh": learner.relu_backward}}, "backward has the key 'tanh'; it can have 'affine', 'relu', 'sigmoid'"),
        (TypeError, {"backward": {"relu": 3}}, r"backward\['relu'\] is 3; it needs to be a function"),
        (TypeError, {"backward": learner.relu_backward}, "backward is a function; it needs to be a dict"),
    ],
)
def test_bad_arguments_are_refused_by_name(error, arguments, message):
    with pytest.raises(error, match=message):
        backpropagation_trace(**arguments)


@pytest.mark.parametrize(("slope", "parted"), [(0.5, False), (1, False), (2, True), (-1, True)])
def test_at_0_a_relu_may_have_any_slope_from_0_to_1(slope, parted):
    own = {"relu": lambda dout, cache: np.where(cache == 0, slope, cache > 0) * dout}
    shown = backpropagation_trace("hidden_unit", {"x": 0, "b1": 0}, backward=own)
    assert (shown.parted is not None) is parted
