"""Backward functions as learners write them: right in another way, and wrong in eight ways."""

import numpy as np


def affine_backward(dout, cache):
    x, w = cache
    return np.einsum("nh,dh->nd", dout, w), np.einsum("nd,nh->dh", x, dout), np.ones(len(dout)) @ dout


def relu_backward(dout, cache):
    return np.where(cache > 0, dout, 0.0)


def sigmoid_backward(dout, cache):
    return (cache - cache**2) * dout


def sgd_step(params, grads, lr):
    return {key: value - grads[key] * lr for key, value in params.items()}


RIGHT = {"affine": affine_backward, "relu": relu_backward, "sigmoid": sigmoid_backward}


def forgets_the_upstream_gradient(dout, cache):
    return cache * (1 - cache)


def dw_is_transposed(dout, cache):
    x, w = cache
    return dout @ w.T, dout.T @ x, dout.sum(axis=0)


def wrong_sign(dout, cache):
    return -dout * cache * (1 - cache)


def x_times_dout_for_db(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, (x[:, :1] * dout).sum(axis=0)


def gate_on_the_wrong_side(dout, cache):
    return dout * (cache < 0)


def one_plus_out(dout, cache):
    return dout * cache * (1 + cache)


def returns_none(dout, cache):
    _ = dout * cache


def raises(dout, cache):
    raise KeyError("w3")


def not_written(dout, cache):
    raise NotImplementedError
