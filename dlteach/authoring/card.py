"""The card above an exercise: its points, difficulty and minutes, and its three hints, folded."""

from __future__ import annotations

from dlteach.checking.exercise import Exercise

HARDEST = 3


def points_text(points: float) -> str:
    """Points as a person writes them: ``3``, ``2.5``."""
    return f"{points:g}"


def card(exercise: Exercise) -> str:
    """The card, in markdown. Difficulty is told by circles and in words, since circles alone say nothing to a screen reader."""
    circles = "●" * exercise.difficulty + "○" * (HARDEST - exercise.difficulty)
    unit = "point" if exercise.points == 1 else "points"
    facts = (
        f"**Your turn: `{exercise.name}`** · {points_text(exercise.points)} {unit} · "
        f"difficulty {circles} ({exercise.difficulty} of {HARDEST}) · about {exercise.minutes} minutes"
    )
    # the empty lines around a hint make its markdown and its formulas work inside HTML
    hints = [
        f"<details>\n<summary>Hint {number} of {len(exercise.hints)}</summary>\n\n{hint.strip()}\n\n</details>"
        for number, hint in enumerate(exercise.hints, 1)
    ]
    return "\n\n".join([facts, *hints])
