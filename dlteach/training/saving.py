"""Saving: a model and the state of its training in one file, and back.

The format is safetensors: names, shapes and plain numbers. Nothing in such a file can run when it is opened, as a pickle can.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError, safe_open

from dlteach.nn._require import require_generator
from dlteach.nn._types import Params
from dlteach.training._require import kind, require_model
from dlteach.training.history import History
from dlteach.training.layer import Layer
from dlteach.training.optimizers import Optimizer

if TYPE_CHECKING:
    from dlteach.training.callbacks import Callback

FORMAT = 1


def save(
    path: str | Path,
    model: Layer,
    optimizer: Optimizer | None = None,
    *,
    rng: np.random.Generator | None = None,
    history: History | None = None,
    callbacks: Sequence["Callback"] = (),
) -> None:
    """Write a model, and what else is given, to one file.

    The model alone is enough to use it. To go on training as if it had never stopped, give all that `fit` was given: the
    optimizer, the generator that shuffles, the history and the callbacks. The model's own generators (dropout) are always saved.
    An old file under this name is replaced in one go, when the new one is complete.

    Args:
        path: the file.
        model: any layer.
        optimizer: what it remembers of every parameter, its learning rate, and the settings to compare on loading.
        rng: the generator that `fit` was given.
        history: what `fit` gave.
        callbacks: those that `fit` was given.

    Raises:
        TypeError: `model`, `optimizer` or `rng` is something else.
        FileNotFoundError: there is no such folder.
        OSError: the file cannot be written.
    """
    _require_kinds(model, optimizer, rng)
    require_folder(Path(path))
    arrays = {**_model_arrays(model), **_optimizer_arrays(optimizer)}
    arrays |= {f"history.{name}": np.array(values, dtype=np.float64) for name, values in (history or {}).items()}
    for name, callback in _named(callbacks).items():
        arrays |= {f"callbacks.{name}.{key}": np.asarray(array) for key, array in callback.state.items()}
    about = {
        "format": FORMAT,
        "optimizer": None if optimizer is None else _about(optimizer),
        "generators": {name: generator.bit_generator.state for name, generator in _generators(model, rng).items()},
        "history": list(history or {}),
    }
    text = json.dumps(about, default=np.ndarray.tolist)  # some generators keep arrays in their state
    ordered = {name: np.asarray(array, order="C") for name, array in arrays.items()}  # safetensors writes memory as it lies
    _replace(Path(path), safetensors.numpy.save(ordered, metadata={"dlteach": text}))


def load(
    path: str | Path,
    model: Layer,
    optimizer: Optimizer | None = None,
    *,
    rng: np.random.Generator | None = None,
    callbacks: Sequence["Callback"] = (),
) -> History:
    """Read what `save` wrote into objects built as those that were saved.

    Everything is compared before anything is changed: after an error, all is as it was.

    Args:
        path: the file.
        model: its parameters and state are overwritten, in their own arrays.
        optimizer: gets the memory and the learning rate; its other settings need to be those it was saved with.
        rng: goes on drawing where the saved one stopped.
        callbacks: get their states back; those that the file does not know start afresh.

    Returns:
        The history, for `fit` to go on with; empty if none was saved.

    Raises:
        TypeError: `model`, `optimizer` or `rng` is something else.
        FileNotFoundError: there is no such file.
        ValueError: it is not such a file, it lacks what was asked for, or names, shapes, dtypes or settings differ.
    """
    _require_kinds(model, optimizer, rng)
    arrays, about = _read(Path(path))
    own = _model_arrays(model)
    _require_alike(path, {**_part(arrays, "params."), **_part(arrays, "state.")}, own)
    memory = _part(arrays, "optimizer.")
    if optimizer is not None:
        _require_optimizer(path, optimizer, about["optimizer"])
        _require_alike(path, memory, _memory_needed(optimizer, model, memory))
    generators = _generators(model, rng)
    _require_generators(path, generators, about["generators"])

    for name, array in own.items():
        array[...] = arrays[name]
    if optimizer is not None:
        optimizer.lr = about["optimizer"]["lr"]
        optimizer.state = {}
        for name, array in memory.items():
            _, parameter, slot = _apart(name)
            optimizer.state.setdefault(parameter, {})[slot] = array
    for name, generator in generators.items():
        generator.bit_generator.state = about["generators"][name]
    for name, callback in _named(callbacks).items():
        prefix = f"callbacks.{name}."
        callback.state = {key.removeprefix(prefix): array for key, array in _part(arrays, prefix).items()}
    return History({name: arrays[f"history.{name}"].tolist() for name in about["history"]})


def _model_arrays(model: Layer) -> Params:
    """What the model is, under the names of the file: the very arrays, not copies."""
    params = {f"params.{name}": array for name, array in model.parameters().items()}
    return {**params, **{f"state.{name}": array for name, array in model.states().items()}}


def _optimizer_arrays(optimizer: Optimizer | None) -> Params:
    memories = {} if optimizer is None else optimizer.state
    return {f"optimizer.{name}.{slot}": array for name, memory in memories.items() for slot, array in memory.items()}


def _apart(name: str) -> tuple[str, str, str]:
    """Take "optimizer.0.w.m" apart into "optimizer", the parameter "0.w" and the slot "m"."""
    part, _, rest = name.partition(".")
    parameter, _, slot = rest.rpartition(".")
    return part, parameter, slot


def _memory_needed(optimizer: Optimizer, model: Layer, memory: Params) -> Params:
    """What the optimizer would keep beside those parameters of the model that the file has a memory of."""
    params = model.parameters()
    known = {_apart(name)[1] for name in memory} & set(params)
    return {f"optimizer.{name}.{slot}": optimizer.start(slot, params[name]) for name in known for slot in optimizer.slots}


def _about(optimizer: Optimizer) -> dict[str, Any]:
    return {"kind": type(optimizer).__name__, "lr": optimizer.lr, "settings": optimizer.settings()}


def _generators(model: Layer, rng: np.random.Generator | None) -> dict[str, np.random.Generator]:
    """All that draws while training: the one that shuffles, and those of the layers."""
    found = {} if rng is None else {"rng": rng}
    for name, layer in model.walk():
        own = getattr(layer, "rng", None)
        if isinstance(own, np.random.Generator):
            found[f"model.{name}"] = own
    return found


def _named(callbacks: Sequence["Callback"]) -> dict[str, "Callback"]:
    """The callbacks by kind: "EarlyStopping", and "EarlyStopping 2" for a second one."""
    found: dict[str, Callback] = {}
    for callback in callbacks:
        kind = type(callback).__name__
        count = 1 + sum(type(other).__name__ == kind for other in found.values())
        found[kind if count == 1 else f"{kind} {count}"] = callback
    return found


def _part(arrays: Params, prefix: str) -> Params:
    return {name: array for name, array in arrays.items() if name.startswith(prefix)}


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside the old one, and put it in its place when it is safely on the disk."""
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _read(path: Path) -> tuple[Params, dict[str, Any]]:
    if not path.exists():
        raise FileNotFoundError(f"path is {path}; there is no such file.")
    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get("dlteach", "")
            arrays: Params = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is not a dict)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"path is {path}; it needs to be a safetensors file, whole and unchanged ({error}).") from error
    about = _about_file(text)
    if about.get("format") != FORMAT:
        raise ValueError(f"path is {path}; it needs to be a file that this version of dlteach wrote with save.")
    return arrays, about


def _about_file(text: str) -> dict[str, Any]:
    try:
        about = json.loads(text)
    except json.JSONDecodeError:
        about = None
    return about if isinstance(about, dict) else {}


def require_folder(path: Path) -> None:
    """Raise unless the folder that a file shall be written to exists."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path is {path}; the folder {path.parent} does not exist.")


def _require_kinds(model: Layer, optimizer: Optimizer | None, rng: np.random.Generator | None) -> None:
    require_model(model)
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is {kind(optimizer)}; it needs to be an Optimizer, such as Adam().")
    if rng is not None:
        require_generator(rng)


def _require_alike(path: str | Path, found: Params, needed: Params) -> None:
    """Raise unless the file has these names and no others, each in the right shape and dtype; name those that differ."""
    wrong = [f"it lacks {name}" for name in sorted(set(needed) - set(found))]
    wrong += [f"it has {name}, which is unknown here" for name in sorted(set(found) - set(needed))]
    for name in sorted(set(found) & set(needed)):
        has, needs = (f"shape {array.shape} and dtype {array.dtype}" for array in (found[name], needed[name]))
        if has != needs:
            wrong.append(f"{name} has {has} there, but {needs} here")
    if wrong:
        more = f"; and {len(wrong) - 6} more" if len(wrong) > 6 else ""
        raise ValueError(f"{path} does not fit: {'; '.join(wrong[:6])}{more}. Build all as it was when it was saved.")


def _require_optimizer(path: str | Path, optimizer: Optimizer, about: dict[str, Any] | None) -> None:
    if about is None:
        raise ValueError(f"{path} holds no optimizer; load it without one, and training starts afresh from its weights.")
    kind, settings = type(optimizer).__name__, optimizer.settings()
    if (about["kind"], about["settings"]) != (kind, settings):
        raise ValueError(f"optimizer is {kind} with {settings}; it needs to be {about['kind']} with {about['settings']}, as in {path}.")


def _require_generators(path: str | Path, generators: dict[str, np.random.Generator], states: dict[str, Any]) -> None:
    for name in (set(generators) | set(states)) - {"rng"}:
        if name not in generators or name not in states:
            raise ValueError(f"{path} does not fit: {name} draws random numbers {'there' if name in states else 'here'} only.")
    if "rng" in generators and "rng" not in states:
        raise ValueError(f"{path} holds no state of rng; load it without one.")
    for name, generator in generators.items():
        kind = type(generator.bit_generator).__name__
        if states[name]["bit_generator"] != kind:
            raise ValueError(f"{name} is a generator of kind {kind}; it needs to be {states[name]['bit_generator']}, as in {path}.")
