"""The history: lists by name, and a picture that does without colour."""

import matplotlib as mpl
import pytest

from dlteach.training import History

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def pyplot():
    mpl.use("Agg")
    from matplotlib import pyplot

    pyplot.close("all")
    yield pyplot
    pyplot.close("all")


def recorded(epochs=3):
    history = History()
    for epoch in range(epochs):
        history.add({"loss": 1 / (epoch + 1), "top_k": epoch, "val_loss": 2 / (epoch + 1), "val_top_k": epoch - 1})
    return history


def test_it_is_a_dict_of_lists():
    history = recorded()
    assert history["val_loss"] == [2.0, 1.0, 2 / 3]
    assert list(history) == ["loss", "top_k", "val_loss", "val_top_k"]
    assert (history.epochs, history.interrupted) == (3, False)
    assert (History().epochs, History({"loss": [1.0, 2.0]}).epochs) == (0, 2)


def test_every_epoch_has_the_same_names():
    history = recorded()
    with pytest.raises(ValueError, match=r"values has the names \['loss'\]; it needs \['loss', 'top_k', 'val_loss', 'val_top_k'\]"):
        history.add({"loss": 1.0})
    assert history.epochs == 3


def test_the_picture_has_a_panel_per_metric_and_tells_the_curves_apart_by_line_and_marker(pyplot):
    recorded().plot()
    panels = pyplot.gcf().axes
    assert [panel.get_ylabel() for panel in panels] == ["loss", "top k"]
    for panel in panels:
        training, validation = panel.get_lines()
        assert panel.get_xlabel() == "epoch"
        assert [text.get_text() for text in panel.get_legend().get_texts()] == ["training", "validation"]
        assert training.get_xdata().tolist() == [1, 2, 3]
        assert training.get_linestyle() != validation.get_linestyle()
        assert training.get_marker() != validation.get_marker()
    assert panels[0].get_lines()[1].get_ydata().tolist() == [2.0, 1.0, 2 / 3]


def test_without_validation_there_is_one_curve_and_many_epochs_have_few_markers(pyplot):
    history = History({"loss": [1 / epoch for epoch in range(1, 101)]})
    history.plot()
    (panel,) = pyplot.gcf().axes
    (curve,) = panel.get_lines()
    assert curve.get_markevery() == 5
    assert all(tick == int(tick) for tick in panel.get_xticks())
    history.plot()
    assert len(pyplot.get_fignums()) == 2


def test_a_history_of_no_epochs_has_no_picture():
    with pytest.raises(ValueError, match="history is empty; it needs at least one epoch to plot"):
        History().plot()
