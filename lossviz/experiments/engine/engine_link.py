"""A host's connection to its engine, whatever has the jobs done."""

from multiprocessing.connection import Connection

from lossviz.experiments.engine.channel import UndecodableMessage, WorkerChannel
from lossviz.experiments.engine.messages import HostEvent, JobEnded, JobId, JobReport, Request
from lossviz.experiments.records import TrialState


class EngineGoneError(Exception):
    """The connection to the engine has ended, and so does the host."""


class EngineLink:
    """Receives an engine's requests, and reports to it.

    Args:
        channel: The connection.

    Raises:
        EngineGoneError: From every method.
    """

    def __init__(self, channel: WorkerChannel) -> None:
        self._channel = channel

    @property
    def connection(self) -> Connection:
        """To wait on."""
        return self._channel.connection

    def next_request(self) -> Request | None:
        """Wait for the next request; None for one of another version, whose job has failed then.

        Raises:
            UndecodableMessage: It cannot be understood, and names no job.
        """
        try:
            return self._channel.receive()
        except UndecodableMessage as error:
            if error.job is None:
                raise
            self.report_end(error.job, JobEnded(state=TrialState.FAILED, reason=str(error)))
            return None
        except (EOFError, OSError):
            raise EngineGoneError from None

    def report_end(self, job: JobId, end: JobEnded) -> None:
        """Report the last event of a job."""
        self.send(JobReport(job=job, event=end))

    def send(self, event: HostEvent) -> None:
        """Send an event."""
        try:
            self._channel.send(event)
        except OSError:
            raise EngineGoneError from None
