"""Watching a comparison: progress, charts, every trial's state and its table."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from lossviz.charts.comparison import error_rate_figure, final_error_figure
from lossviz.charts.loss_style import distinct_styles
from lossviz.errors import LossvizError
from lossviz.experiments.descriptions import describe_comparison, format_duration
from lossviz.experiments.fingerprints import (
    PARTS,
    FingerprintsByTrial,
    compare_fingerprints,
    mismatch_warning,
)
from lossviz.experiments.progress import remaining_s, share_done, trial_remaining_s
from lossviz.experiments.records import Comparison, EpochMetrics, Trial, TrialState
from lossviz.experiments.results import History, error_rate_curves, group_by_trial, summarise
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.live_chart.component import live_chart
from lossviz.ui.legend_key import legend_key
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import link_comparison, linked_comparison
from lossviz.ui.train.trial_charts import trial_charts

_POLL_EVERY_S = 1.0
_PICKED = "comparison"  # key of the control


def pick_comparison(comparisons: Sequence[Comparison]) -> Comparison:
    """Let the visitor choose among comparisons; the address names the one that is shown, the newest
    by default.
    """
    by_id = {comparison.id: comparison for comparison in comparisons}
    linked = linked_comparison(by_id)
    for problem in linked.problems:
        st.warning(problem, icon=":material/link_off:")
    st.session_state[_PICKED] = linked.value or comparisons[0].id
    picked = st.selectbox(
        "Comparison",
        list(by_id),
        format_func=lambda key: _title(by_id[key]),
        key=_PICKED,
        on_change=_on_pick,
    )
    return by_id[picked]


def _on_pick() -> None:
    link_comparison(st.session_state[_PICKED])


def _title(comparison: Comparison) -> str:
    when = datetime.fromtimestamp(comparison.created_at, UTC).strftime("%d %b %Y, %H:%M:%S UTC")
    names = ", ".join(loss_from_spec(spec).label for spec in comparison.losses)
    return (
        f"{when} · {comparison.recipe} · {comparison.seeds} seed{'s' * (comparison.seeds != 1)} ·"
        f" {names}"
    )


def watch_comparison(training: TrainingBackend, comparison: Comparison) -> None:
    """Show a comparison, once a second as long as it runs."""
    running = not all(trial.state.ended for trial in training.store.trials(comparison.id))

    def panel() -> None:
        try:  # the page's own edge does not reach a fragment that runs again
            _panel(training, comparison, running)
        except LossvizError as error:
            st.error(escape_markdown(error), icon=":material/error:")

    st.fragment(panel, run_every=_POLL_EVERY_S if running else None)()


def _panel(training: TrainingBackend, comparison: Comparison, running: bool) -> None:
    trials = training.store.trials(comparison.id)
    if running and all(trial.state.ended for trial in trials):
        st.rerun()  # the whole page once more, without polling
    history = group_by_trial(training.store.epochs(comparison.id)[0])
    evaluations = group_by_trial(training.store.evaluations(comparison.id)[0])
    _progress(training, comparison, trials)
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("Error rates, epoch by epoch", anchor=False)
        live_chart(
            error_rate_figure(comparison, trials, error_rate_curves(history, evaluations)),
            key="errors",
            label="error rate of each trial over epochs",
        )
    with right:
        st.header("Where each loss ended", anchor=False)
        live_chart(
            final_error_figure(summarise(comparison, trials, history)),
            key="results",
            label="last error rates of each loss, by seed, and their mean",
        )
    st.header("Every trial", anchor=False)
    st.html(_grid(comparison, trials, history))
    _conditions(trials, training.store.fingerprints(comparison.id))
    trial_charts(training.store, comparison, trials)
    _one_trial(training, trials, history)


def _progress(training: TrainingBackend, comparison: Comparison, trials: Sequence[Trial]) -> None:
    """How it is trained, how far it is, how long it takes, and the button that stops it or runs
    again what did not finish.
    """
    preparation = training.store.preparation(comparison.id)
    st.caption(escape_markdown(describe_comparison(comparison, preparation)))
    for note in preparation.notes:
        st.warning(escape_markdown(note), icon=":material/broken_image:")
    if training.engine and training.engine.failure:
        st.error(escape_markdown(training.engine.failure), icon=":material/error:")
    ended = [trial for trial in trials if trial.state.ended]
    if len(ended) == len(trials):
        _ended(training, comparison, trials)
        return
    left = remaining_s(trials, now=time.time(), at_once=preparation.at_once)
    share = share_done(trials)
    if training.engine and training.engine.warming_up:
        said = "starting: loading fastai takes about five seconds"
    elif preparation.stage:
        said, share = f"preparing: {preparation.stage}", preparation.share
    else:
        said = f"{len(ended)} of {len(trials)} trials" + (
            "" if left is None else f", about {format_duration(left)} left"
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.progress(share, text=said, width="stretch")
        if training.engine and st.button(
            "Stop the comparison", icon=":material/stop:", key="stop all"
        ):
            training.engine.stop(trial.id for trial in trials)


def _ended(training: TrainingBackend, comparison: Comparison, trials: Sequence[Trial]) -> None:
    counts = {state: sum(trial.state is state for trial in trials) for state in TrialState}
    unfinished = len(trials) - counts[TrialState.FINISHED]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(
            "**Ended:** "
            + ", ".join(f"{count} {state}" for state, count in counts.items() if count),
            width="content",
        )
        label = f"Run {unfinished} trial{'s' * (unfinished != 1)} again"
        if (
            unfinished
            and training.engine
            and st.button(label, icon=":material/replay:", key="run again")
        ):
            training.engine.run_again(comparison)
            st.rerun()


def _conditions(trials: Sequence[Trial], fingerprints: FingerprintsByTrial) -> None:
    """Whether the losses had the same conditions: a quiet word where they had, a loud one where
    not.
    """
    conditions = compare_fingerprints(trials, fingerprints)
    if warning := mismatch_warning(conditions):
        st.error(warning, icon=":material/balance:")
    elif conditions.compared:
        parts = ", ".join(PARTS[part] for part in conditions.compared)
        st.caption(
            ":material/balance: **Same conditions, checked:** for each seed all losses had the"
            f" same {parts}, by their hashes."
        )


def _grid(comparison: Comparison, trials: Sequence[Trial], history: History) -> str:
    """All trials at a glance: a row a loss, a column a seed."""
    losses = [loss_from_spec(spec) for spec in comparison.losses]
    places = {(trial.loss, trial.seed): trial for trial in trials}
    seeds = range(comparison.seeds)
    rows = [
        f"<th scope='row'>{legend_key(style)}{html.escape(loss.label)}</th>"
        + "".join(_cell(places[spec, seed], history) for seed in seeds)
        for spec, loss, style in zip(
            comparison.losses, losses, distinct_styles(losses), strict=True
        )
    ]
    return _table(["loss", *(f"seed {seed}" for seed in seeds)], rows)


def _cell(trial: Trial, history: History) -> str:
    words = str(trial.state)
    if trial.state is TrialState.RUNNING:
        words = f"{trial.progress:.0%} done"
    elif trial.state is TrialState.FINISHED and history.get(trial.id):
        words = f"{history[trial.id][-1].error_rate:.4f}"
    return f"<td class='{trial.state}' title='{html.escape(trial.reason, quote=True)}'>{words}</td>"


def _history(epochs: Sequence[EpochMetrics]) -> str:
    """The article's table: an epoch a row, the frozen phase before the unfrozen."""
    rows = [
        "".join(
            f"<td>{cell}</td>"
            for cell in (
                m.phase,
                m.epoch,
                f"{m.train_loss:.6f}",
                f"{m.valid_loss:.6f}",
                f"{m.error_rate:.6f}",
                f"{m.seconds:.2f} s",
            )
        )
        for m in epochs
    ]
    return _table(["phase", "epoch", "train loss", "valid loss", "error rate", "time"], rows)


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    """An HTML table that scrolls sideways where it is too wide; ``rows`` hold their own cells."""
    cells = "".join(f"<th scope='col'>{name}</th>" for name in head)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        "<div"
        f" class='lossviz-grid'><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _facts(trial: Trial) -> str:
    """What a trial started from, how fast it is and what it needs; what is known of it."""
    facts = [trial.origin] if trial.origin else []
    if (left := trial_remaining_s(trial, now=time.time())) is not None:
        facts.append(f"about {format_duration(left)} left")
    if trial.images_per_s:
        facts.append(f"{trial.images_per_s:,.0f} images a second")
    if trial.memory_mb:
        facts.append(f"{trial.memory_mb:,.0f} MB of memory")
    return " · ".join(facts)


def _one_trial(training: TrainingBackend, trials: Sequence[Trial], history: History) -> None:
    """One trial in full: why it ended as it did, the article's table, and the button that stops it."""
    by_id = {trial.id: trial for trial in trials}
    chosen = st.selectbox(
        "Look at one trial",
        list(by_id),
        format_func=lambda key: (
            f"{loss_from_spec(by_id[key].loss).label} · seed {by_id[key].seed} · {by_id[key].state}"
        ),
        key=f"trial of {trials[0].comparison_id}",
    )
    trial = by_id[chosen]
    if trial.reason:
        show, icon = (
            (st.info, ":material/stop:")
            if trial.state is TrialState.CANCELLED
            else (st.error, ":material/error:")
        )
        show(escape_markdown(f"{trial.state}: {trial.reason}"), icon=icon)
    if facts := _facts(trial):
        st.caption(escape_markdown(facts))
    if epochs := history.get(trial.id):
        st.html(_history(epochs))
    elif not trial.state.ended:
        st.caption("Its first epoch has not ended yet.")
    if (
        not trial.state.ended
        and training.engine
        and st.button("Stop this trial", icon=":material/stop:", key="stop one")
    ):
        training.engine.stop([trial.id])
