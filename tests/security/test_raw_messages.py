"""Two visitors of a served public app who speak its protocol: any message, whatever a page offers.

Ann has comparisons. Bob has seen her page's messages, so he knows every id of hers, and sends what
her browser would send.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import browser_key
from tests.support.browser import free_port, served_app
from tests.support.protocol_visitor import ProtocolVisitor, protocol_visitor
from tests.support.run_async import run_async
from tests.support.two_visitors import fill
from tests.support.waiting import wait_until

ANN, BOB = "A" * 43, "B" * 43  # tokens
COOKIE = "lossviz-visitor"
ENDED = {TrialState.FINISHED, TrialState.CANCELLED}
OPEN = {TrialState.QUEUED, TrialState.RUNNING}
TABLE, RACE = "result table", "race"  # keys of components


@dataclass(frozen=True)
class PublicApp:
    """A served public app.

    Attributes:
        url: Its address.
        database: Its database file.
        log: What it has printed.
    """

    url: str
    database: Path
    log: Path

    def visit(
        self, token: str, query: str = "", *, page: str = "train"
    ) -> AbstractAsyncContextManager[ProtocolVisitor]:
        cookie = {"Cookie": f"{COOKIE}={token}"} if token else {}
        return protocol_visitor(self.url, page, query, headers=cookie)

    def store(self) -> closing[Store]:
        return closing(Store(f"sqlite:///{self.database}"))

    def stored(self, id: str) -> Comparison | None:
        with self.store() as store:
            return store.comparison(id)

    def states(self, id: str) -> set[TrialState]:
        with self.store() as store:
            return {trial.state for trial in store.trials(id)}

    def add(self, token: str, id: str, *, shared: bool = False) -> None:
        """A comparison whose trials have ended, and can be run again."""
        with self.store() as store:
            fill(store, owner=browser_key(token), id=id)
            for number in (1, 2, 3):
                store.move(f"{id}-{number}", TrialState.CANCELLED, now=3.0)
            store.set_shared(id, shared)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicApp]:
    folder = tmp_path_factory.mktemp("public")
    database, log, port = folder / "lossviz.sqlite", folder / "log", free_port()
    variables = {"LOSSVIZ_PUBLIC": "1", "STREAMLIT_LOGGER_LEVEL": "debug"}
    with served_app(database, port, variables=variables, log=log):
        yield PublicApp(f"http://127.0.0.1:{port}", database, log)


async def send(visitor: ProtocolVisitor, *states: WidgetState) -> None:
    """Send widget states, whether or not the page has such widgets."""
    await visitor._run(ClientState(widget_states=WidgetStates(widgets=states)))


def buttons(visitor: ProtocolVisitor) -> dict[str, WidgetState]:
    """A press of each button of a page, by key."""
    return {
        drawn.key: WidgetState(id=drawn.id, trigger_value=True)
        for drawn in visitor.widgets()
        if drawn.kind == "button"
    }


def reported(visitor: ProtocolVisitor, component: str, event: str, value: object) -> WidgetState:
    """What a component of the page reports."""
    drawn = visitor.widget(component)
    report = json.dumps([{"event": event, "value": value}])
    return WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{drawn.id}__events", json_trigger_value=report)


def everything_sent_to(visitor: ProtocolVisitor) -> str:
    return "\n".join(str(drawn.element) for drawn in visitor.elements.values())


@pytest.mark.parametrize("shared", [False, True])
def test_no_press_of_a_button_of_another_s_page_does_anything(app: PublicApp, shared: bool) -> None:
    id = f"pressed{shared:d}"
    app.add(ANN, id, shared=shared)
    app.add(BOB, f"own{shared:d}")
    before = app.stored(id)

    async def attack() -> None:
        async with app.visit(ANN, f"comparison={id}") as ann:
            presses = buttons(ann)
            name = WidgetState(id=ann.widget(f"name of {id}").id, string_value="Bob's")
        assert {f"delete {id}", f"rename {id}", f"share {id}", "run again", "add seeds"} <= set(
            presses
        )
        for query in (f"comparison={id}", f"comparison=own{shared:d}"):
            async with app.visit(BOB, query) as bob:
                for key in (f"delete {id}", f"rename {id}", f"share {id}", f"really delete {id}"):
                    if key in presses:
                        await send(bob, name, presses[key])
                if "own" not in query:
                    for key in ("run again", "add seeds"):
                        await send(bob, presses[key])
                assert bob.exceptions == []

    run_async(attack())
    assert app.stored(id) == before
    assert app.states(id) == ENDED


def test_no_press_on_the_table_changes_or_brings_back_another_s(app: PublicApp) -> None:
    """Bob sends what Ann's own page of comparisons would send."""
    app.add(ANN, "in-table", shared=True)
    app.add(ANN, "deleted", shared=True)
    app.add(BOB, "bobs-row")
    with app.store() as store:
        store.hide("deleted", now=time.time())
    before = app.stored("in-table")

    async def attack() -> None:
        async with app.visit(ANN, "comparison=in-table", page="comparisons") as ann:
            presses = buttons(ann)
            assert {"star in-table", "restore deleted"} <= set(presses)
            note = ann.widget("text of the note of in-table").id
        for selected in ("in-table", "bobs-row", "deleted"):
            async with app.visit(BOB, f"comparison={selected}", page="comparisons") as bob:
                assert "restore deleted" not in buttons(bob)
                for key, press in presses.items():
                    if key.endswith(("in-table", "deleted")):
                        await send(bob, WidgetState(id=note, string_value="Bob's"), press)
                assert bob.exceptions == []
                if selected == "deleted":
                    assert "deleted-0" not in everything_sent_to(bob)

    async def own_press() -> None:
        async with app.visit(ANN, "comparison=in-table", page="comparisons") as ann:
            await ann.press("star in-table")
            await ann.press("restore deleted")

    run_async(attack())
    assert app.stored("in-table") == before
    assert app.stored("deleted") is None
    run_async(own_press())
    assert app.stored("in-table") != before
    assert app.stored("deleted")


def test_no_component_event_stops_or_opens_another_s_trial(app: PublicApp) -> None:
    app.add(BOB, "of-bob")

    async def attack() -> None:
        async with app.visit(ANN) as ann:
            await ann.press("train, same learning rate")
            launched = await asyncio.to_thread(newest, app, ANN)
            async with app.visit(BOB, "comparison=of-bob") as bob:
                for trial in (f"{launched}-0", f"{launched}-1", "no such trial", "", "of-bob-0"):
                    await send(bob, reported(bob, TABLE, "stop", trial))
                    await send(bob, reported(bob, TABLE, "details", trial))
                await send(bob, reported(bob, TABLE, "open", ["cross_entropy", launched]))
                for cursors in ({"feed": launched, "trials": 0}, {"trials": -1}, launched, None):
                    await send(bob, reported(bob, RACE, "poll", cursors))
                assert bob.exceptions == []
                assert launched not in everything_sent_to(bob)
            assert TrialState.CANCELLED not in app.states(launched), "Bob has stopped nothing"
            await ann.press("stop all")
        wait_until(
            lambda: not OPEN & app.states(launched),
            within_s=30,
            what="Ann's own press stops her trials",
        )

    run_async(attack())


def newest(app: PublicApp, token: str) -> str:
    with app.store() as store:
        found, _ = store.read_comparisons(visitor=browser_key(token))
    return found[0].id


@pytest.mark.parametrize("value", ["chosen", "no such comparison", ""])
def test_no_choice_in_the_picker_opens_what_is_hidden(app: PublicApp, value: str) -> None:
    if not app.stored("chosen"):
        app.add(ANN, "chosen")
        app.add(BOB, "of-bob2")

    async def attack() -> None:
        async with app.visit(BOB, "comparison=of-bob2") as bob:
            picker = bob.widget("comparison")
            for state in (
                WidgetState(id=picker.id, string_value=value),
                WidgetState(id=picker.id, int_value=99),
                WidgetState(id="comparison", string_value=value),
                WidgetState(id="visitor's token", string_value=ANN),
                WidgetState(id="trial of of-bob2", string_value="chosen-0"),
            ):
                await send(bob, state)
                assert "name of chosen" not in {drawn.key for drawn in bob.widgets()}
                assert browser_key(ANN) not in everything_sent_to(bob)

    run_async(attack())
    assert app.stored("chosen")


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "A" * 42,
        "A" * 44,
        browser_key(ANN),
        f"{'A' * 43}; {COOKIE}={'C' * 43}x",
        f'"{"A" * 42}"',
        "A" * 4000,
    ],
)
def test_a_forged_cookie_is_not_ann(app: PublicApp, forged: str) -> None:
    if not app.stored("kept"):
        app.add(ANN, "kept")

    async def look() -> None:
        async with app.visit(forged, "comparison=kept") as eve:
            assert eve.exceptions == []
            assert "name of kept" not in {drawn.key for drawn in eve.widgets()}

    run_async(look())


def test_a_forged_login_is_nobody(app: PublicApp) -> None:
    """Without a login set up, Streamlit's own cookies and headers say nothing."""
    app.add(ANN, "of-ann")
    user = json.dumps({"is_logged_in": True, "iss": "x", "sub": "y", "email": "ann@example.org"})

    async def look() -> None:
        headers = {"Cookie": f"_streamlit_user={user}", "X-Streamlit-User": user}
        async with protocol_visitor(app.url, "train", "", headers=headers) as eve:
            assert eve.exceptions == []
            assert "name of of-ann" not in {drawn.key for drawn in eve.widgets()}
            assert "ann@example.org" not in everything_sent_to(eve)

    run_async(look())


def test_no_visitor_clears_what_all_share(app: PublicApp) -> None:
    async def attack() -> None:
        async with app.visit(ANN) as ann:
            await ann.press("train, same learning rate")
            launched = await asyncio.to_thread(newest, app, ANN)
            async with app.visit(BOB) as bob:
                await bob._socket.send(BackMsg(clear_cache=True).SerializeToString())
                await bob.rerun()
                assert bob.exceptions == []
            await ann.rerun()
            assert OPEN & app.states(launched), "the engine goes on"
            await ann.press("stop all")

    run_async(attack())


def test_the_owner_deletes_even_what_runs(app: PublicApp) -> None:
    async def delete() -> None:
        async with app.visit(ANN) as ann:
            await ann.press("train, same learning rate")
            launched = await asyncio.to_thread(newest, app, ANN)
            wait_until(
                lambda: TrialState.RUNNING in app.states(launched), within_s=60, what="it runs"
            )
            await ann.press(f"delete {launched}")
            await ann.press(f"really delete {launched}")
            assert ann.exceptions == []
            assert app.stored(launched) is None
            assert not OPEN & app.states(launched)

    run_async(delete())


def test_the_token_is_nowhere_but_in_its_browser(app: PublicApp) -> None:
    app.add(ANN, "secret", shared=True)

    async def look() -> None:
        async with app.visit(ANN, "comparison=secret") as ann:
            assert ANN not in everything_sent_to(ann)
            assert ANN not in ann.query
        async with app.visit(BOB, "comparison=secret") as bob:
            assert ANN not in everything_sent_to(bob)
            assert browser_key(ANN) not in everything_sent_to(bob)

    run_async(look())
    for file in (*app.database.parent.glob(f"{app.database.name}*"), app.log):
        assert ANN.encode() not in file.read_bytes(), file
    assert app.log.stat().st_size > 0
