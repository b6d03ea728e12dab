"""What a view names, so that a test can ask whether it is there."""

import dataclasses
import re

ARRAYS = (
    "x",
    "y",
    "x0",
    "y0",
    "x1",
    "y1",
    "at",
    "values",
    "classes",
    "ring",
    "shade",
    "ghosts",
    "above",
    "below",
    "active",
    "active_nodes",
    "weights",
    "maps",
)


def arrays_named(view, *, ghosts=True):
    """All arrays that a view names: in marks, as ranges, in the equation and in the readout."""
    for panel in view.panels:
        ranges = [axis.range for axis in (panel.x, panel.y) if axis is not None]
        for mark in panel.marks:
            if getattr(mark, "ghost", False) and not ghosts:
                continue
            ranges += [getattr(mark, "range", None), getattr(mark, "maps_range", None) if getattr(mark, "maps", None) else None]
            names = {field.name for field in dataclasses.fields(mark)} & {*ARRAYS, *(["ghost_below"] if ghosts else [])}
            yield from (getattr(mark, name) for name in names if getattr(mark, name) is not None)
        yield from (each for each in ranges if isinstance(each, str))
    yield from re.findall(r'data-array="([^"]+)"', " ".join(view.equation))
    yield from (name for name, _ in view.readout)


def ends(knob):
    """The values at either end of a knob; all of a choice."""
    return [value for value, _ in knob.options] if hasattr(knob, "options") else [knob.values[0], knob.values[-1]]
