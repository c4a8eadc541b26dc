"""The scripts of the race's chart: what it keeps, draws and says, of what it is sent."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from lossviz import parse_loss
from lossviz.charts.relative_loss import lowest_value
from lossviz.experiments.feed import Feed
from lossviz.experiments.records import Evaluation, TrialState
from lossviz.experiments.store.store import Store
from tests.support.modules import open_modules
from tests.support.race import (
    CROSS_ENTROPY,
    DOT_PRODUCT,
    ERROR_RATES,
    block,
    lines_message,
    message,
    trial_row,
)
from tests.support.records import comparison, evaluation

pytestmark = pytest.mark.browser
LOSSES = [CROSS_ENTROPY, DOT_PRODUCT]
DRAW = """([message, losses, view, hidden]) => {
  const race = emptyRace();
  merge(race, message);
  const runners = runnersOf(race, losses, view);
  return {
    traces: tracesOf(runners, new Set(hidden), view),
    caption: captionOf(runners),
    description: descriptionOf(runners, "error rate", view),
  };
}"""
MERGE = """(messages) => {
  const race = emptyRace();
  const missing = messages.map((message) => merge(race, message));
  return { missing, have: race.have, thinned: race.thinned,
    trials: lastAttempts(race),
    rows: [...race.rows].map(([kind, trials]) => [kind, [...trials]]) };
}"""


@pytest.fixture(scope="module")
def scripts(browser: Any) -> Any:
    page = browser.new_page()
    open_modules(page, *(f"race_chart/{name}.js" for name in ("series", "mean", "traces", "words")))
    yield page
    page.close()


def drawn(
    scripts: Page, sent: Mapping[str, Any], *, hidden: Sequence[str] = (), **view: object
) -> dict[str, Any]:
    result: dict[str, Any] = scripts.evaluate(
        DRAW, [sent, LOSSES, {**ERROR_RATES, **view}, list(hidden)]
    )
    result["by_uid"] = {trace["uid"]: trace for trace in result["traces"]}
    return result


def test_a_chart_without_a_line_has_no_numbers_and_says_what_it_waits_for(scripts: Page) -> None:
    layout = {"yaxis": {"title": "error rate"}, "annotations": [{"text": "all layers learn"}]}
    waiting = scripts.evaluate("([layout]) => waitingLayout(layout, 'Waiting.')", [layout])
    assert waiting["yaxis"] == {"title": "error rate", "showticklabels": False}
    assert [one["text"] for one in waiting["annotations"]] == ["Waiting."]


def test_a_loss_has_three_traces_at_most_and_all_seeds_share_one(scripts: Page) -> None:
    lines = {(loss, seed): [0.9, 0.5, 0.4 + seed / 10] for loss in (0, 1) for seed in range(5)}
    uids = [trace["uid"] for trace in drawn(scripts, lines_message(lines))["traces"]]
    assert sorted(uids) == sorted(
        f"loss{place}{part}" for place in (0, 1) for part in ("band", "seeds", "mean")
    )
    hidden = drawn(scripts, lines_message(lines), hidden=["dot_product"])
    assert set(hidden["by_uid"]) == {"loss0band", "loss0seeds", "loss0mean"}


def test_the_mean_is_over_the_finished_seeds_with_their_standard_deviation(scripts: Page) -> None:
    lines = {(0, 0): [0.9, 0.5], (0, 1): [0.8, 0.3], (0, 2): [0.1, 0.1]}
    found = drawn(scripts, lines_message(lines, states={(0, 2): "running"}))
    line, band = found["by_uid"]["loss0mean"], found["by_uid"]["loss0band"]
    assert line["y"] == pytest.approx([mean((0.9, 0.8)), mean((0.5, 0.3))])
    spread = [stdev((0.9, 0.8)), stdev((0.5, 0.3))]
    assert line["customdata"] == pytest.approx(spread)
    assert band["y"][0] == pytest.approx(0.85 + spread[0])
    assert band["y"][-1] == pytest.approx(0.85 - spread[0])
    assert "over the 2 finished seeds" in found["caption"]


def test_before_two_have_finished_the_mean_is_over_all_as_far_as_the_slowest(
    scripts: Page,
) -> None:
    lines = {(0, 0): [0.9, 0.5, 0.4], (0, 1): [0.8, 0.3], (0, 2): [0.2, 0.2, 0.2]}
    states = {(0, 1): "running", (0, 2): "failed"}
    found = drawn(scripts, lines_message(lines, states=states))
    assert found["by_uid"]["loss0mean"]["x"] == [0, 1]
    assert found["by_uid"]["loss0mean"]["y"] == pytest.approx([0.85, 0.4])
    assert "as far as the slowest has got" in found["caption"]
    alone = drawn(scripts, lines_message({(0, 0): [0.9, 0.5]}))
    assert list(alone["by_uid"]) == ["loss0seeds"]
    assert alone["caption"] == ""


def test_one_point_is_drawn_as_a_point_and_a_mean_of_such_with_whiskers(scripts: Page) -> None:
    found = drawn(scripts, lines_message({(0, 0): [0.9], (0, 1): [0.7]}))["by_uid"]
    assert (found["loss0mean"]["mode"], found["loss0mean"]["error_y"]["visible"]) == (
        "markers",
        True,
    )
    assert found["loss0mean"]["error_y"]["array"] == pytest.approx([stdev((0.9, 0.7))])
    assert found["marks"]["x"] == [0, 0]
    assert found["marks"]["marker"]["symbol"] == ["circle", "circle"]


def test_a_diverged_seed_ends_with_a_cross_and_is_in_no_mean(scripts: Page) -> None:
    lines = {(0, seed): [0.9, 0.2 * seed] for seed in range(3)}
    found = drawn(scripts, lines_message(lines, states={(0, 2): "diverged"}))
    marks = found["by_uid"]["marks"]
    assert (marks["x"], marks["marker"]["symbol"]) == ([1], ["x"])
    assert marks["customdata"] == ["cross-entropy, seed 2, diverged here"]
    assert found["by_uid"]["loss0mean"]["y"][-1] == pytest.approx(0.1)
    assert "cross-entropy: 0.100 ± 0.141 over 2 seeds, 1 diverged" in found["description"]


def test_an_error_rate_is_read_in_percent_with_the_digits_that_its_images_warrant(
    scripts: Page,
) -> None:
    lines = {(0, 0): [0.9, 0.2841], (0, 1): [0.9, 0.3041]}
    found = drawn(scripts, lines_message(lines), factor=100, digits=1, suffix="%")
    line = found["by_uid"]["loss0mean"]
    assert line["y"] == pytest.approx([90, 29.41])
    assert "%{y:.1f} ± %{customdata:.1f}%" in line["hovertemplate"]
    assert "%{y:.1f}%" in found["by_uid"]["loss0seeds"]["hovertemplate"]
    assert "cross-entropy: 29.4 ± 1.4% over 2 seeds" in found["description"]


def test_one_line_stands_for_all_losses_where_theirs_coincide(scripts: Page) -> None:
    lines = {(0, 0): [0.1, 0.2], (0, 1): [0.1, 0.2, 0.1], (1, 0): [0.1]}
    found = drawn(scripts, lines_message(lines), together=True, digits=None)
    line = found["by_uid"]["loss0seeds"]
    assert line["y"] == [0.1, 0.2, 0.1, None], "that which has got furthest"
    assert line["hovertemplate"].startswith("%{y:.3~r}<extra>")


def test_from_the_best_measures_from_the_lowest_mean_until_then(scripts: Page) -> None:
    lines = {(0, 0): [0.9, 0.3, 0.5], (1, 0): [0.8, 0.6, 0.4]}
    found = drawn(scripts, lines_message(lines), fromBest=True)["by_uid"]
    assert found["loss0seeds"]["y"][:3] == pytest.approx([0.1, 0.0, 0.2])
    assert found["loss1seeds"]["y"][:3] == pytest.approx([0.0, 0.3, 0.1])


def test_a_training_loss_falls_on_its_own_scale_from_1_towards_0(scripts: Page) -> None:
    lines = {(0, 0): [2.0, 1.0, 0.2], (1, 0): [-0.1, -0.55, -1.0]}
    sent = lines_message(lines, kind="batches", column="loss")
    view = {"kinds": ["batches"], "column": "loss", "relative": True}
    found = drawn(scripts, sent, **view)["by_uid"]
    assert found["loss0seeds"]["y"][:3] == pytest.approx([1, 0.5, 0.1])
    assert found["loss1seeds"]["y"][:3] == pytest.approx([1, 0.5, 0.0])


@pytest.mark.parametrize("text", ["-37*p", "2-p", "0.001*(1-p)"])
def test_a_factor_or_a_constant_changes_nothing_of_a_line(scripts: Page, text: str) -> None:
    def line(formula: str) -> list[float]:
        loss = parse_loss(formula)
        values = loss.penalty(np.array([0.1, 0.3, 0.2, 0.9])).tolist()
        sent = lines_message({(0, 0): values}, kind="batches", column="loss")
        losses = [{**CROSS_ENTROPY, "lowest": lowest_value(loss, 10)}]
        view = {**ERROR_RATES, "kinds": ["batches"], "column": "loss", "relative": True}
        return scripts.evaluate(DRAW, [sent, losses, view, []])["traces"][0]["y"][:4]

    assert line(text) == pytest.approx(line("-p"))


def test_smoothing_is_an_exponential_mean_corrected_for_its_start(scripts: Page) -> None:
    values, weight = [0.9, 0.5, 0.7, 0.1], 0.6
    expected = []
    for end in range(1, 5):
        weights = [weight ** (end - 1 - place) for place in range(end)]
        weighted = sum(w * v for w, v in zip(weights, values[:end], strict=True))
        expected.append(weighted / sum(weights))
    found = drawn(scripts, lines_message({(0, 0): values}), smoothing=weight)
    assert found["by_uid"]["loss0seeds"]["y"][:4] == pytest.approx(expected)


def test_seeds_that_were_measured_at_other_places_are_averaged_between_them(scripts: Page) -> None:
    rows = [(1, 0, 0, 0, 1.0), (2, 0, 2, 0, 0.0), (3, 1, 0, 0, 1.0), (4, 1, 1, 0, 0.1)]
    rows += [(5, 1, 2, 0, 0.0)]
    trials = [trial_row(0, seed=0), trial_row(1, seed=1)]
    sent = message(trials, {"evaluations": block(rows, values=["error_rate"])})
    found = drawn(scripts, sent)["by_uid"]["loss0mean"]
    assert found["x"] == [0, 1, 2]
    assert found["y"] == pytest.approx([1.0, 0.3, 0.0])


def test_trials_of_an_earlier_version_are_drawn_by_their_epochs(scripts: Page) -> None:
    rows = [(1, 0, 1, math.nan, 0.5), (2, 0, 2, math.nan, 0.4)]
    sent = message([trial_row(0)], {"epochs": block(rows, values=["error_rate"])})
    assert drawn(scripts, sent)["by_uid"]["loss0seeds"]["y"][:2] == [0.5, 0.4]
    assert drawn(scripts, sent, over="seconds")["traces"] == []


def test_what_was_sent_twice_counts_once_and_a_gap_is_noticed(scripts: Page) -> None:
    def rows(first: int, last: int, after: int) -> dict[str, object]:
        of = [(cursor, 0, cursor, 0.0, 0.5) for cursor in range(first, last + 1)]
        return {"evaluations": block(of, values=["error_rate"], after=after, upto=last)}

    trials = [trial_row(0)]
    parts = [
        message(trials, rows(1, 3, 0)),
        message(trials, rows(1, 3, 0)),  # again
        message(trials, rows(2, 5, 1)),  # overlaps
        message(trials, rows(9, 9, 8)),  # what was between is missing
        message(trials, rows(6, 9, 5)),
    ]
    merged = scripts.evaluate(MERGE, parts)
    assert merged["missing"] == [False, False, False, True, False]
    ((_, ((_, series),)),) = merged["rows"]
    assert series["cursor"] == list(range(1, 10))
    assert merged["have"] == {"trials": 1, "evaluations": 9}


def test_trials_that_another_server_counts_are_asked_for_anew(scripts: Page) -> None:
    first = message([trial_row(0)], {})
    other = {"after": 7, "upto": 9, "rows": [trial_row(1)]}
    whole = {"after": 0, "upto": 9, "rows": [trial_row(0, state="failed"), trial_row(1)]}
    merged = scripts.evaluate(
        MERGE,
        [first, {**first, "feed": "g", "trials": other}, {**first, "feed": "g", "trials": whole}],
    )
    assert merged["missing"] == [False, True, False]
    assert [trial["state"] for trial in merged["trials"]] == ["failed", "finished"]


def test_of_several_attempts_at_a_trial_the_last_counts(scripts: Page) -> None:
    attempts = [trial_row(0, position=0), trial_row(9, position=0, attempt=2, state="running")]
    merged = scripts.evaluate(MERGE, [message(attempts, {})])
    assert [trial["key"] for trial in merged["trials"]] == [9]


def test_too_many_rows_are_thinned_but_not_the_first_and_the_last(scripts: Page) -> None:
    rows = [(cursor, 0, cursor, 0.0, 0.5) for cursor in range(1, 102)]
    rows += [(cursor, 1, cursor, 0.0, 0.5) for cursor in (102, 103)]
    sent = message(
        [trial_row(0), trial_row(1)],
        {"evaluations": block(rows, values=["error_rate"])},
        most=100,
    )
    merged = scripts.evaluate(MERGE, [sent])
    assert merged["thinned"]
    ((_, ((_, long), (_, short))),) = merged["rows"]
    assert (long["at"][0], long["at"][-1], len(long["at"])) == (1, 101, 51)
    assert short["at"] == [102, 103]


def test_a_replay_shows_what_was_recorded_and_ends_with_all_of_it(
    scripts: Page, tmp_path: Path
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")
    planned = comparison(created_at=90.0)
    store.add_comparison(planned)
    recorded: dict[str, list[Evaluation]] = {}
    for trial in planned.trials():
        store.move(trial.id, TrialState.RUNNING, now=100.0 + 10 * trial.position)
        recorded[trial.id] = [
            evaluation(at=n / 3, seconds=n * 1.1, error_rate=(7 * n + trial.position) % 11 / 13)
            for n in range(7)
        ]
        for one in recorded[trial.id]:
            store.add_evaluation(trial.id, one)
        store.move(trial.id, TrialState.FINISHED, now=107.0 + 10 * trial.position)
    feed = Feed(store, planned.id)
    feed.data(planned)
    sent = feed.since({}, ["evaluations"])
    stored, _ = store.evaluations(planned.id)
    store.close()

    def replayed(moments: Sequence[float]) -> list[dict[str, Any]]:
        return scripts.evaluate(
            """([message, moments]) => {
              const race = emptyRace();
              merge(race, message);
              return moments.map((moment) => {
                const then = rowsUntil(race, moment);
                return { span: recordedSpan(race), states: lastAttempts(then).map((t) => t.state),
                  rows: [...then.rows.get("evaluations").values()].map((s) =>
                    s.at.map((at, i) => [at, s.seconds[i], s.values.error_rate[i]])) };
              });
            }""",
            [sent, list(moments)],
        )

    before, within, end = replayed([99.0, 112.2, 137.0])
    assert end["span"] == [100.0, 137.0]
    assert end["rows"] == [
        [[e.at, e.seconds, e.error_rate] for of, e in stored if of == trial.id]
        for trial in planned.trials()
    ]
    assert end["states"] == ["finished"] * 4
    assert [len(rows) for rows in within["rows"]] == [7, 3, 0, 0]
    assert within["states"] == ["finished", "running", "queued", "queued"]
    assert before["rows"] == [[], [], [], []]


def test_polling_outlives_a_lost_answer_and_ends_with_the_comparison(browser: Any) -> None:
    page = browser.new_page()
    page.clock.install()
    open_modules(page, "race_chart/poller.js")
    page.evaluate("""() => {
      window.asked = 0;
      const node = document.body.appendChild(document.createElement("div"));
      window.poller = new Poller(node);
      window.answer = (state) => poller.answered(() => asked++, state);
      window.show = (state) => {
        Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      };
    }""")

    def asked_after(seconds: float, action: str = "0") -> int:
        before = page.evaluate(f"() => {{ const before = asked; {action}; return before; }}")
        page.clock.run_for(round(1000 * seconds))
        return int(page.evaluate("asked")) - int(before)

    running = "answer({ running: true, missing: false })"
    assert asked_after(1.1, running) == 1
    assert asked_after(4.0) == 0, "one question at a time"
    assert asked_after(4.0) == 1, "this answer will not come any more"
    assert asked_after(5.0, f"{running}; show('hidden')") == 0
    assert asked_after(0.2, "show('visible')") == 1
    assert asked_after(1.1, "answer({ running: false, missing: true })") == 1
    assert asked_after(9.0, "answer({ running: false, missing: false })") == 0
    page.close()
