"""The state of an app in tables."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Final

import streamlit as st

from lossviz import __version__
from lossviz.deployment import Deployment, read_deployment
from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.event_log import Event, recent_events, visitor_label
from lossviz.experiments.quota_table import QUOTAS
from lossviz.experiments.quotas import Quotas, Use
from lossviz.experiments.store.leases import EngineLease
from lossviz.experiments.store.overview import OpenComparison, Overview
from lossviz.experiments.store.room import free_mb
from lossviz.experiments.visitors import NOBODY
from lossviz.ui.templates import render
from lossviz.ui.train.shared_backend import SharedBackend

_MB: Final = 2**20
_SHOWN_EVENTS: Final = 30
_ROUTINE: Final = frozenset({"trial_started", "trial_ended"})  # too many to be shown
_PACKAGES: Final = ("streamlit", "torch", "torchvision", "fastai", "SQLAlchemy")


NOTHING_OPEN: Final = "No trial waits or runs."
ALONE: Final = "This one alone: its database is a file."
PRIVATE: Final = "Nothing is limited: this app is private."
NO_EVENTS: Final = "None since this app has started."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the page.

    Attributes:
        title: Above it.
        columns: Their names.
        rows: The cells, row by row, as they are shown.
        empty: What stands there where there are no rows.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""


def show_state(shared: SharedBackend) -> None:
    """Draw the state of an app.

    Side effects: reads the store.
    """
    deployment, now = read_deployment(), time.time()
    overview = shared.store.overview()
    usage = shared.engine.usage(NOBODY) if shared.engine else {}
    tables = (
        queue_table(overview.open, now=now),
        engine_table(shared.store.leases.engines(), obstacle=shared.obstacle, now=now),
        store_table(
            overview,
            used_mb=shared.store.used_bytes() / _MB,
            deployment=deployment,
            free=free_mb(shared.store.path),
            problem=shared.room_problem(),
        ),
        quota_table(usage, deployment.quotas),
        event_table(recent_events()),
        version_table(_versions()),
    )
    if st.button("Refresh", icon=":material/refresh:", key="refresh"):
        st.rerun()
    st.html(render("deployer/tables.html", tables=tables))


def queue_table(open_comparisons: Iterable[OpenComparison], *, now: float) -> Table:
    """Whose trials wait and run."""
    return Table(
        title="Queue",
        columns=("Comparison", "Visitor", "Dataset", "Launched", "Waiting", "Running"),
        rows=tuple(
            (
                open.id,
                visitor_label(open.owner) or "–",
                open.recipe,
                f"{_ago(now - open.created_at)}",
                str(open.queued),
                str(open.running),
            )
            for open in open_comparisons
        ),
        empty=NOTHING_OPEN,
    )


def engine_table(leases: Iterable[EngineLease], *, obstacle: str, now: float) -> Table:
    """The app instances that train with this database.

    Args:
        leases: Of those that share a server; a file is one app's alone, which needs none.
        obstacle: Why this app does not train; empty where it does.
        now: Seconds since the epoch.
    """
    return Table(
        title="Apps that train",
        columns=("Where", "Engine", "Version", "Since", "Lease"),
        rows=tuple(
            (
                lease.host,
                lease.kind,
                lease.version,
                _ago(now - lease.started_at),
                f"{lease.left_s:.0f} s left" if lease.is_alive else "has ended",
            )
            for lease in leases
        ),
        empty=obstacle or ALONE,
    )


def store_table(
    overview: Overview,
    *,
    used_mb: float,
    deployment: Deployment,
    free: float | None = None,
    problem: str = "",
) -> Table:
    """How much is stored, and for how long.

    Args:
        overview: What is stored, counted.
        used_mb: How much it takes.
        deployment: Its limits.
        free: Room on the disk in MB; None where a server keeps it.
        problem: Why nothing new may be trained; empty where there is room.
    """
    limit = "no limit" if deployment.max_mb is None else f"{deployment.max_mb:,.0f} MB"
    days = "for ever" if deployment.keep_days is None else f"{deployment.keep_days:g} days"
    states = ", ".join(f"{count:,} {state}" for state, count in overview.trials.items())
    rows = {
        "Rows and indexes": f"{used_mb:,.1f} MB",
        "Free on its disk": "on a server" if free is None else f"{free:,.0f} MB",
        "New trainings": f"refused: {problem}" if problem else "are taken: there is room",
        "Limit (LOSSVIZ_MAX_MB)": limit,
        "Whole courses are kept (LOSSVIZ_KEEP_DAYS)": days,
        "Comparisons": f"{overview.comparisons:,}",
        "Deleted, and not erased yet": f"{overview.deleted:,}",
        "Visitors who own some": f"{overview.owners:,}",
        "Trials": states or "none",
    }
    return Table(title="Store", columns=("", ""), rows=tuple(rows.items()))


def quota_table(usage: Mapping[str, Use], quotas: Quotas) -> Table:
    """How much all visitors use of what they share."""
    return Table(
        title="Quotas",
        columns=("What", "All use", "All may use", "Each may use"),
        rows=tuple(
            (
                quota.what,
                quota.amount(usage[name].everybody.used) if name in usage else "–",
                quota.amount(quotas.limits[f"all_{name}"]),
                quota.amount(quotas.limits[name]),
            )
            for name, quota in QUOTAS.items()
            if name in quotas.limits
        ),
        empty=PRIVATE,
    )


def event_table(events: Iterable[Event]) -> Table:
    """What has happened in this process, the newest first, but for single trials."""
    shown = [event for event in events if event.name not in _ROUTINE][:_SHOWN_EVENTS]
    return Table(
        title="Refusals and other events",
        columns=("When (UTC)", "Event", "Details"),
        rows=tuple(
            (
                time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(event.at)),
                event.name.replace("_", " "),
                ", ".join(f"{key} {value}" for key, value in event.fields.items()),
            )
            for event in shown
        ),
        empty=NO_EVENTS,
    )


def version_table(versions: Mapping[str, str]) -> Table:
    """What runs here."""
    return Table(title="Versions", columns=("", ""), rows=tuple(versions.items()))


def _versions() -> dict[str, str]:
    found = {"lossviz": __version__, "Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _ago(seconds: float) -> str:
    return f"{format_duration(max(0.0, seconds))} ago"
