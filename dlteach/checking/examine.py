"""One check from beginning to end: run the student's function, judge it, find the mistake, tell the story."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlteach.checking.capture import MAX_WARNINGS
from dlteach.checking.compare import selected
from dlteach.checking.diagnosis import Diagnosis, Evidence, diagnose
from dlteach.checking.exceptions import meaning
from dlteach.checking.exercise import PUBLIC_SEED, Case, Exercise, Function, Functions
from dlteach.checking.picture import picture
from dlteach.checking.probe import LocalProber, reference_run
from dlteach.checking.report import Line, Report, Story
from dlteach.checking.run import Failure, NoFunction, Outcome, Prober, Run
from dlteach.checking.similarity import similarity
from dlteach.checking.snapshot import same
from dlteach.checking.snippet import snippet
from dlteach.checking.verdict import Scored, score
from dlteach.checking.words import both

OWN_GRADIENT_RTOL = 1e-4  # central differences with h = 1e-5 are good to about ten digits; a wrong gradient is far off
Known = tuple[Exercise, Sequence[Case], Run, "WrongRuns"]
_public: OrderedDict[tuple[int, int, frozenset[str]], Known] = OrderedDict()  # asked for again and again: enough room for a whole course
_secret: OrderedDict[tuple[int, int, frozenset[str]], Known] = OrderedDict()  # of use to one notebook only, of a few at a time
PUBLIC_ROOM, SECRET_ROOM = 256, 256


def examine(
    exercise: Exercise,
    functions: Functions,
    *,
    peers: Mapping[str, Exercise] | None = None,
    max_points: float | None = None,
    seed: int = PUBLIC_SEED,
    forbid: bool = True,
) -> Report:
    """Check ``functions[exercise.name]`` and report. ``functions`` is the student's namespace.

    ``peers`` are the exercises that this one ``needs``: where the student's version of one of them is wrong or missing, ours
    takes its place, so that one mistake is not paid for twice. ``seed`` makes the cases; the story is always told with the public
    ones. ``forbid=False`` lets our own reference be checked. Errors of the student's function never come out of here;
    KeyboardInterrupt does.
    """
    prober = LocalProber(exercise, functions, references(peers or {}))
    return examine_with(prober, peers=peers, max_points=max_points, seed=seed, forbid=forbid)


def examine_with(
    prober: Prober,
    *,
    peers: Mapping[str, Exercise] | None = None,
    max_points: float | None = None,
    seed: int = PUBLIC_SEED,
    forbid: bool = True,
) -> Report:
    """The same for a function that lives somewhere else, in another process perhaps: everything about it is asked of ``prober``."""
    exercise = prober.exercise
    points = exercise.points if max_points is None else max_points
    judge = Judge(exercise, seed, references(peers or {}))
    broken: tuple[str, ...] = ()
    try:
        judged = judge.judge(prober.run(judge.cases))
        if not judged.full and peers and not judged.stub:
            broken = broken_needs(prober, peers)
            again = judge.judge(prober.of(exercise).run(judge.cases, broken)) if broken else judged
            judged, broken = (again, broken) if again.points > judged.points or not again.stops else (judged, ())
    except NoFunction as missing:
        return Report(0, points, Story(exercise.key, str(missing), hint="Run the cell that defines it, then check again."))
    if judged.full:
        return right(exercise, judged, points, broken, forbid, secret=seed != PUBLIC_SEED)
    if seed != PUBLIC_SEED:
        return hidden(prober, judged, points, peers)
    return wrong(judged, points, prober, broken, forbid)


def references(exercises: Mapping[str, Exercise]) -> dict[str, Function]:
    """Our functions for some exercises, by name."""
    return {name: exercise.reference for name, exercise in exercises.items()}


class Judged:
    """A run and what it is worth."""

    def __init__(self, evidence: Evidence, scored: list[Scored]) -> None:
        self.evidence = evidence
        self.scored = scored
        self.points = sum(item.earned for item in scored)
        self.full = all(item.passed for item in scored)

    @property
    def run(self) -> Run:
        return self.evidence.got

    @property
    def stops(self) -> bool:
        """Whether every case ends in an error."""
        return all(outcome.failure for outcome in self.run.outcomes)

    @property
    def stub(self) -> bool:
        """Whether nothing is written yet."""
        return self._first == "stub"

    @property
    def endless(self) -> bool:
        """Whether not even the first case comes to an end."""
        return self._first == "time"

    @property
    def _first(self) -> str:
        failure = self.run.outcomes[0].failure
        return failure.kind if failure else ""


class Judge:
    """Knows the right answers, and what the misconceptions answer, for one exercise and seed."""

    def __init__(self, exercise: Exercise, seed: int, ours: Functions) -> None:
        self.exercise = exercise
        self.cases, self.expected, self._wrong = known(exercise, seed, ours)

    def judge(self, run: Run) -> Judged:
        """What a run is worth."""
        evidence = Evidence(self.exercise, self.cases, self.expected, run, self._wrong)
        return Judged(evidence, score(self.exercise, self.cases, self.expected, run))


class WrongRuns(Mapping[str, Run]):
    """Misconception id → its run on the cases, made when first asked for: a right answer never needs them."""

    def __init__(self, exercise: Exercise, cases: Sequence[Case], ours: Functions) -> None:
        self.exercise, self.cases, self.ours = exercise, cases, ours
        self.functions: dict[str, Function] = {item.id: item.function for item in exercise.misconceptions}
        self.runs: dict[str, Run] = {}

    def __getitem__(self, name: str) -> Run:
        if name not in self.runs:
            self.runs[name] = reference_run(self.exercise, self.functions[name], self.cases, self.ours)
        return self.runs[name]

    def __iter__(self) -> Any:
        return iter(self.functions)

    def __len__(self) -> int:
        return len(self.functions)


def known(exercise: Exercise, seed: int, ours: Functions) -> tuple[Sequence[Case], Run, WrongRuns]:
    """Cases, expected results and misconceptions' results; the last ones are kept, since a student checks again and again."""
    kept, room = (_public, PUBLIC_ROOM) if seed == PUBLIC_SEED else (_secret, SECRET_ROOM)
    key = id(exercise), seed, frozenset(ours)
    found = kept.pop(key, None)
    if found is None or found[0] is not exercise:
        cases = tuple(exercise.cases(np.random.default_rng(seed)))
        expected = reference_run(exercise, exercise.reference, cases, ours)
        found = exercise, cases, expected, WrongRuns(exercise, cases, ours)
    kept[key] = found
    while len(kept) > room:
        kept.popitem(last=False)
    return found[1], found[2], found[3]


def broken_needs(prober: Prober, peers: Mapping[str, Exercise]) -> tuple[str, ...]:
    """Which of the functions that a student's function calls are missing or do not pass their own check.

    One that is right but for what it calls itself is not broken: what it calls is.
    """
    used = prober.names_used()

    def passes(exercise: Exercise) -> bool:
        needed = {name: peers[name] for name in exercise.needs if name in peers}
        return examine_with(prober.of(exercise), peers=needed, forbid=False).passed

    return tuple(name for name in peers if name in used and not passes(peers[name]))


def right(exercise: Exercise, judged: Judged, points: float, broken: tuple[str, ...], forbid: bool, secret: bool) -> Report:
    """The report of a function that passes everything: full points, or none if it left the work to something forbidden.

    Where the cases are ``secret``, so is what it printed about them.
    """
    run = judged.run
    lines = lines_of(judged.scored, points)
    common: dict[str, Any] = {"notes": notes(run)}
    if not secret:
        common |= {"printed": run.outcomes[0].printed, "warned": warnings_of(run), "run": run}
    if forbid and run.forbidden:
        used = both([f"`{name}`" for name in run.forbidden])
        verb = "does" if len(run.forbidden) == 1 else "do"
        headline = f"Right, but {used} {verb} the work that this exercise asks you to write, so it earns nothing."
        lines = lines_of(judged.scored, points, earning=False)
        story = Story(exercise.key, headline, "forbidden", "Write it with plain NumPy.", lines=lines, forbidden=run.forbidden, **common)
        return Report(0, points, story)
    headline = f"Right: {both([item.criterion.says for item in judged.scored])}."
    if broken:
        verb, place = ("is", "its place") if len(broken) == 1 else ("are", "their places")
        headline = f"Right, but your {both([f'`{name}`' for name in broken])} {verb} not: it was checked with ours in {place}."
    alike = similarity(run.source, exercise.reference)
    return Report(points, points, Story(exercise.key, headline, lines=lines, replaced=broken, similarity=alike, right=True, **common))


def wrong(judged: Judged, points: float, prober: Prober, broken: tuple[str, ...], forbid: bool) -> Report:
    """The report of a function that loses points: its mistake, the smallest call that shows it, what works."""
    exercise, run = prober.exercise, judged.run
    diagnoses = diagnose(judged.evidence, judged.scored)
    main = leading([item for item in judged.scored if item.finding is not None], diagnoses)
    finding, case = main.finding, main.case
    assert finding is not None
    assert case is not None
    diagnosis = diagnoses.get(main.criterion.id)
    forbidden = run.forbidden if forbid else ()
    headline = diagnosis.says if diagnosis else capital(finding.says)
    details = details_of(judged, main, diagnoses, forbidden)
    if agrees_with_own_forward(judged, prober):
        details = (headline, *details)
        headline = "Your gradient is the exact derivative of *your* forward function; it is that function that is not the one asked for."
    story = Story(
        exercise.key,
        headline,
        diagnosis.id if diagnosis else None,
        hint_for(diagnosis, run.outcomes[case].failure),
        details,
        call="" if judged.stub else snippet(exercise.name, judged.evidence.cases[case]),
        got=finding.got,
        expected=finding.expected,
        shows_values=finding.gate in ("type", "shape", "value") and finding.expected is not None,
        where=finding.where,
        picture=picture(finding.got, finding.expected, exercise.rtol) if finding.gate in ("shape", "value") else "",
        lines=() if judged.stub else lines_of(judged.scored, points, earning=not forbidden),
        printed=run.outcomes[case].printed,
        warned=warnings_of(run),
        forbidden=forbidden,
        notes=notes(run) + replaced_note(broken),
        run=run,
        case=case,
    )
    return Report(0 if forbidden else judged.points * points, points, story)


def details_of(judged: Judged, main: Scored, diagnoses: Mapping[str, Diagnosis], forbidden: tuple[str, ...]) -> tuple[str, ...]:
    """What else there is to say beside the headline, which is about the criterion ``main``."""
    assert main.finding is not None
    gate = main.finding.gate
    details = list(other_findings(judged.scored, main, diagnoses))
    if gate == "runs" and main.criterion.id in diagnoses:
        details.insert(0, capital(main.finding.says))
    twice = "Called twice with the same input, it gives two different answers."
    if gate != "properties" and twice not in details and any(outcome.unstable for outcome in judged.run.outcomes):
        details.append(twice)
    if forbidden:
        details.append(f"It also uses {both([f'`{name}`' for name in forbidden])}, which this exercise does not allow.")
    return tuple(details)


def hidden(prober: Prober, judged: Judged, points: float, peers: Mapping[str, Exercise] | None) -> Report:
    """A failure on secret cases, told with the public ones, so that the secret numbers stay secret."""
    exercise = prober.exercise
    if judged.endless or judged.stub:  # with other numbers too: a second try would take its time, and tell nothing new
        judge = Judge(exercise, PUBLIC_SEED, references(peers or {}))
        same = Run((Outcome(failure=judged.run.outcomes[0].failure),) * len(judge.cases), limited=judged.run.limited)
        return wrong(judge.judge(same), points, prober, (), forbid=True)
    public = examine_with(prober.of(exercise), peers=peers, max_points=points)
    earned = min(judged.points * points, public.points)
    if not public.passed:
        return Report(earned, points, public.story)
    says = "Right on the public examples, but not on other numbers of the same kinds. Does it use its arguments, or fixed numbers?"
    lines = lines_of(judged.scored, points)
    story = Story(exercise.key, says, "hard_coded", "Try it on inputs of your own.", lines=lines, run=public.story.run)
    return Report(earned, points, story)


def leading(failing: Sequence[Scored], diagnoses: Mapping[str, Diagnosis]) -> Scored:
    """The criterion the headline is about: the first whose diagnosis explains most of the others, or else the first failing one."""
    first = [item for item in failing if not item.held] or failing
    ids = [diagnoses[item.criterion.id].id for item in first if item.criterion.id in diagnoses]
    if not ids:
        return first[0]
    best = max(dict.fromkeys(ids), key=ids.count)
    return next(item for item in first if item.criterion.id in diagnoses and diagnoses[item.criterion.id].id == best)


def other_findings(scored: Sequence[Scored], main: Scored, diagnoses: Mapping[str, Diagnosis]) -> tuple[str, ...]:
    """One sentence for each failing criterion that the headline does not cover."""
    assert main.finding is not None
    said = {main.finding.says, *([diagnoses[main.criterion.id].says] if main.criterion.id in diagnoses else [])}
    seen = {main.finding.output}
    details: list[str] = []
    for item in scored:
        if item.finding is None or item.held:
            continue
        diagnosis = diagnoses.get(item.criterion.id)
        says = diagnosis.says if diagnosis else item.finding.says
        new = diagnosis is not None or item.finding.output not in seen
        if new and says not in said and item.criterion.id != main.criterion.id and item.finding.gate != "runs":
            details.append(capital(says))
            said.add(says)
            seen.add(item.finding.output)
    return tuple(details)


def hint_for(diagnosis: Diagnosis | None, failure: Failure | None) -> str:
    """The next thing to try: for a known mistake its hint, for an error what it means."""
    if diagnosis:
        return diagnosis.hint
    if failure and failure.kind == "stub":
        return "Replace the `raise NotImplementedError()` by your own lines."
    return meaning(failure) if failure else ""


def agrees_with_own_forward(judged: Judged, prober: Prober) -> bool:
    """Whether the failing gradients are right for the student's own forward function. Changes the headline, never the points."""
    evidence = judged.evidence
    case = next((i for i, case in enumerate(evidence.cases) if case.kind == "generic"), None)
    wrong_values = any(item.finding and item.finding.gate == "value" for item in judged.scored)
    if case is None or prober.exercise.own_gradient is None or not wrong_values or evidence.got.outcomes[case].failure:
        return False
    own = prober.own_gradient(evidence.cases[case])
    if not own:
        return False
    results = selected(prober.exercise, None, evidence.expected.outcomes[case], evidence.got.outcomes[case])
    pairs = [(own[name], want, have) for name, want, have in results if name in own]
    off = any(not same(have, want, OWN_GRADIENT_RTOL) for _, want, have in pairs)
    return off and all(same(np.asarray(mine), np.asarray(have), OWN_GRADIENT_RTOL) for mine, _, have in pairs)


def lines_of(scored: Sequence[Scored], points: float, earning: bool = True) -> tuple[Line, ...]:
    """The criteria with their points, for the list of what already works."""
    lines = []
    for item in scored:
        note = " (waits for the one above)" if item.held and item.finding is None else ""
        earned = round(item.earned * points, 4) if earning else 0.0
        lines.append(Line(item.criterion.id, item.criterion.says, earned, round(item.share * points, 4), note))
    return tuple(lines)


def warnings_of(run: Run) -> tuple[str, ...]:
    """The distinct warnings of all cases, the first few."""
    return tuple(dict.fromkeys(warning for outcome in run.outcomes for warning in outcome.warned))[:MAX_WARNINGS]


def notes(run: Run) -> tuple[str, ...]:
    """What the reader should know about how the check ran."""
    return () if run.limited else ("There is no time limit here: interrupt the kernel if the check does not come to an end.",)


def replaced_note(broken: tuple[str, ...]) -> tuple[str, ...]:
    """Says which functions of the notebook were replaced by ours."""
    if not broken:
        return ()
    verb = "is" if len(broken) == 1 else "are"
    return (f"Your {both([f'`{name}`' for name in broken])} {verb} not right yet; this check used ours instead.",)


def capital(sentence: str) -> str:
    """The sentence with a capital letter, unless it begins with code."""
    return sentence[:1].upper() + sentence[1:]
