"""Every message survives the way to another process, even where one end was reloaded."""

import importlib
import math
import pickle
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from multiprocessing import Pipe
from types import ModuleType
from typing import get_args

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.engine import messages
from lossviz.experiments.engine.channel import (
    ControllerChannel,
    UndecodableMessage,
    WorkerChannel,
    decode,
    encode,
)
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import (
    BatchLoss,
    EpochMetrics,
    Evaluation,
    Phase,
    Preparation,
    TrialState,
)
from tests.support.records import evaluation, predictions

SETTINGS = get_recipe("digits").settings
TRIAL = messages.JobId(kind=messages.JobKind.TRIAL, key="c-0")
METRICS = EpochMetrics(
    phase=Phase.UNFROZEN,
    epoch=2,
    train_loss=0.1 + 0.2,
    valid_loss=math.inf,
    error_rate=1 / 3,
    seconds=0.7,
)
EVENTS: tuple[messages.JobEvent, ...] = (
    messages.TrialOrigin(description="from scratch", training_images=10, validation_images=None),
    messages.TrialOrigin(
        description="again", device="NVIDIA H100", precision="32-bit", versions="torch 2.9"
    ),
    messages.TrialProgress(share=1 / 3, images_per_s=None, memory_mb=36.5, busy=0.5),
    messages.BatchLosses(losses=(BatchLoss(at=0.1, loss=2.3, learning_rate=4e-3),) * 2),
    messages.Evaluated(
        evaluation=Evaluation(at=0.5, error_rate=0.25, histogram=tuple(range(BINS)))
    ),
    messages.Evaluated(evaluation=evaluation(1.0)),
    messages.EpochEnded(metrics=METRICS),
    messages.Predicted(predictions=predictions()),
    messages.Fingerprint(part="split", digest="0af3"),
    messages.PreparationProgress(stage="decoding", share=0.5),
    messages.Prepared(preparation=Preparation(done=True, threads=2, notes=("one", "two"))),
    messages.PreviewReady(
        images=(messages.PreviewImage(png=b"\x89PNG", true_class="3", label="8"),)
    ),
    messages.JobEnded(state=TrialState.DIVERGED, reason="not finite"),
)
JOBS: tuple[messages.Job, ...] = (
    messages.RunTrial(
        trial_id="c-0",
        recipe="digits",
        settings=SETTINGS,
        loss="inverse",
        seed=3,
        learning_rate=None,
        threads=1,
    ),
    messages.Prepare(
        comparison_id="c",
        recipe="folder",
        settings=replace(SETTINGS, learning_rate=None),
        cores=2,
        seeds=3,
    ),
    messages.PreviewBatch(key="0", recipe="digits", settings=SETTINGS, cores=2),
    messages.RenderImages(key="1", recipe="digits", settings=SETTINGS, rows=(7, 3), cores=2),
)
MESSAGES = (
    *JOBS,
    messages.Stop(job=TRIAL),
    messages.HostReady(),
    messages.Capacity(cores=8, node_cores=4, accelerators=2),
    messages.JobReceived(job=TRIAL),
    *(messages.JobReport(job=TRIAL, event=event) for event in EVENTS),
)


def test_there_is_an_example_of_every_message() -> None:
    assert {type(message) for message in MESSAGES} == {
        *get_args(messages.Request),
        *get_args(messages.HostEvent),
        *get_args(messages.WorkerEvent),
    }
    assert {type(event) for event in EVENTS} == set(get_args(messages.JobEvent))


def is_plain(data: object) -> bool:
    if isinstance(data, dict):
        return all(type(key) is str and is_plain(value) for key, value in data.items())
    if isinstance(data, list):
        return all(map(is_plain, data))
    return type(data) in (str, int, float, bool, bytes, type(None))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_travels_as_plain_data_and_arrives_as_it_was(message: object) -> None:
    data = encode(message)
    assert is_plain(data)
    arrived = decode(data)
    assert arrived == message
    assert repr(arrived) == repr(message)  # also tuples and enumerations are what they were


@pytest.fixture
def reloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of messages as Streamlit imports it anew after a file was changed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "lossviz"]:
        monkeypatch.delitem(sys.modules, name)
    yield importlib.import_module("lossviz.experiments.engine.messages")
    monkeypatch.undo()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_after_a_reload_the_old_code_still_receives_its_own_messages(
    message: object, reloaded: ModuleType
) -> None:
    new_class = getattr(reloaded, type(message).__name__)
    assert new_class is not type(message)
    assert not isinstance(message, new_class)
    with pytest.raises(pickle.PicklingError, match="not the same object"):
        pickle.dumps(message)
    assert decode(encode(message)) == message
    from_new_code = new_class(**{f.name: getattr(message, f.name) for f in fields(message)})
    assert decode(encode(from_new_code)) == message


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: replace(JOBS[0], threads=0),
        lambda: replace(JOBS[1], cores=0),
        lambda: replace(JOBS[2], cores=-1),
        lambda: messages.JobEnded(state=TrialState.RUNNING, reason=""),
    ],
)
def test_a_message_that_makes_no_sense_cannot_be_made(nonsense) -> None:
    with pytest.raises(InvalidInput):
        nonsense()


def test_a_message_of_another_version_is_refused() -> None:
    with pytest.raises(KeyError):
        decode({"type": "NoSuchMessage"})
    with pytest.raises(KeyError):
        decode({"type": "Fingerprint", "part": "split"})


def test_after_a_message_that_makes_no_sense_the_next_one_is_read() -> None:
    sender, connection = Pipe()
    channel = ControllerChannel(connection)
    for nonsense, job in (
        ({"type": "JobReport", "job": encode(TRIAL), "event": {"type": "Unheard"}}, TRIAL),
        ({"type": "JobReport", "job": 3, "event": {"type": "Unheard"}}, None),
        (encode(messages.Stop(job=TRIAL)), TRIAL),
        ([1, 2], None),
        (3, None),
    ):
        sender.send(nonsense)
        with pytest.raises(UndecodableMessage) as caught:
            channel.receive()
        assert caught.value.job == job
    sender.send_bytes(b"garbage")
    with pytest.raises(UndecodableMessage):
        channel.receive()
    WorkerChannel(sender).send(messages.HostReady())
    assert channel.receive() == messages.HostReady()
    sender.close()
    with pytest.raises((EOFError, OSError)):
        channel.receive()
    connection.close()
