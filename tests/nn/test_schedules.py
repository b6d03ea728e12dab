"""Schedules of the learning rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

rates = st.floats(1e-5, 10)


def torch_rates(lr, steps, make):
    """The learning rates that a schedule of PyTorch gives, step by step."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    schedule = make(torch.optim.lr_scheduler, optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


@given(lr=rates, factor=st.floats(0.01, 1), every=st.integers(1, 5))
def test_step_decay_agrees_with_torch(lr, factor, every):
    theirs = torch_rates(lr, 12, lambda schedules, optimizer: schedules.StepLR(optimizer, step_size=every, gamma=factor))
    assert [nn.step_decay(lr, epoch, factor=factor, every=every) for epoch in range(12)] == pytest.approx(theirs, rel=1e-12)


@given(lr=rates, total=st.integers(1, 15), share=st.floats(0, 1))
def test_cosine_decay_agrees_with_torch_down_to_its_end_and_stays_there(lr, total, share):
    lr_min = share * lr
    make = lambda schedules, optimizer: schedules.CosineAnnealingLR(optimizer, T_max=total, eta_min=lr_min)
    ours = [nn.cosine_decay(lr, step, total=total, lr_min=lr_min) for step in range(total + 1)]
    assert ours == pytest.approx(torch_rates(lr, total + 1, make), rel=1e-10, abs=1e-15 * lr)
    assert (ours[0], ours[-1]) == pytest.approx((lr, lr_min), rel=1e-15)
    assert nn.cosine_decay(lr, total + 3, total=total, lr_min=lr_min) == ours[-1]


@given(lr=rates, steps=st.integers(2, 10))
def test_warm_up_agrees_with_torch(lr, steps):
    make = lambda schedules, optimizer: schedules.LinearLR(optimizer, start_factor=1 / steps, total_iters=steps - 1)
    ours = [nn.warm_up(lr, step, steps=steps) for step in range(12)]
    assert ours == pytest.approx(torch_rates(lr, 12, make), rel=1e-12)


def test_cases_done_by_hand_and_nested():
    assert [nn.step_decay(0.8, epoch, factor=0.5, every=2) for epoch in range(6)] == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    assert [nn.cosine_decay(1.0, step, total=3) for step in range(5)] == pytest.approx([1, 0.75, 0.25, 0, 0], abs=1e-15)
    assert [nn.warm_up(0.4, step, steps=4) for step in range(6)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4])
    assert nn.warm_up(0.4, 0, steps=1) == 0.4
    both = [nn.warm_up(nn.cosine_decay(1.0, step, total=2), step, steps=2) for step in range(3)]
    assert both == pytest.approx([0.5, 0.5, 0], abs=1e-15)


def test_a_rate_is_a_plain_float_whatever_it_was_made_of():
    lr, step = np.float32(0.5), np.int64(1)
    for rate in (nn.step_decay(lr, step, factor=0.5, every=1), nn.cosine_decay(lr, step, total=2), nn.warm_up(lr, step, steps=4)):
        assert type(rate) is float
        assert rate == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (lambda: nn.step_decay(0.1, -1, factor=0.5, every=2), "epoch is -1; it needs to be at least 0"),
        (lambda: nn.step_decay(0.1, 1, factor=0.5, every=0), "every is 0; it needs to be at least 1"),
        (lambda: nn.step_decay(0.1, 1, factor=1.5, every=1), r"factor is 1\.5; it needs to be from 0 to 1"),
        (lambda: nn.cosine_decay(0.1, -1, total=2), "step is -1; it needs to be at least 0"),
        (lambda: nn.cosine_decay(0.1, 1, total=0), "total is 0; it needs to be at least 1"),
        (lambda: nn.warm_up(0.1, -1, steps=2), "step is -1; it needs to be at least 0"),
        (lambda: nn.warm_up(0.1, 1, steps=0), "steps is 0; it needs to be at least 1"),
        (lambda: nn.warm_up(np.ones(1), 1, steps=2), r"lr has shape \(1,\); it needs to be a single number"),
    ],
)
def test_what_is_out_of_range_is_refused(schedule, message):
    with pytest.raises(ValueError, match=message):
        schedule()


def test_steps_are_whole_numbers():
    with pytest.raises(TypeError, match=r"epoch is 0\.5; it needs a whole number"):
        nn.step_decay(0.1, 0.5, factor=0.5, every=2)
    with pytest.raises(TypeError, match=r"total is 2\.0; it needs a whole number"):
        nn.cosine_decay(0.1, 1, total=2.0)
