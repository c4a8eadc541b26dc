"""Previews: images as the network gets them, those of the first batch or those that are asked for.

A page requests one and polls it; the host prepares it as a job.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lossviz.experiments.engine.messages import (
    JobEnded,
    JobEvent,
    PreparationProgress,
    PreviewBatch,
    PreviewImage,
    PreviewReady,
    RenderImages,
)
from lossviz.experiments.settings import Settings

_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPreview:
    """Images, or how far their preparation is.

    Attributes:
        stage: What is being done now, in words.
        share: How much of that stage is done, 0 to 1.
        images: Empty until they are ready.
        failure: Why there are none and none will come; empty otherwise.
    """

    stage: str = "starting"
    share: float = 0.0
    images: tuple[PreviewImage, ...] = ()
    failure: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.images or self.failure)


class BatchPreviews:
    """The latest previews. One thread changes them, any may read.

    Args:
        cores: See the attribute.

    Attributes:
        cores: Cores to decode the images of the next ones with.
    """

    def __init__(self, *, cores: int) -> None:
        self.cores = cores
        self._previews: dict[str, BatchPreview] = {}
        self._requests: list[PreviewBatch | RenderImages] = []

    @property
    def open(self) -> bool:
        """Whether one has not ended."""
        return any(not preview.ended for preview in self._previews.values())

    def request(self, recipe: str, settings: Settings) -> str:
        """Queue a preview of the first training batch and return its key."""
        return self._queue(
            PreviewBatch(
                key=secrets.token_urlsafe(16), recipe=recipe, settings=settings, cores=self.cores
            )
        )

    def request_images(self, recipe: str, settings: Settings, rows: tuple[int, ...]) -> str:
        """Queue a preview of these images and return its key.

        Raises:
            InvalidInput: See ``RenderImages``.
        """
        return self._queue(
            RenderImages(
                key=secrets.token_urlsafe(16),
                recipe=recipe,
                settings=settings,
                rows=rows,
                cores=self.cores,
            )
        )

    def _queue(self, request: PreviewBatch | RenderImages) -> str:
        self._previews[request.key] = BatchPreview()
        self._requests.append(request)
        for oldest in list(self._previews)[:-_KEPT]:
            del self._previews[oldest]
        return request.key

    def take_requests(self) -> Iterator[PreviewBatch | RenderImages]:
        """The queued ones, which count as started from now on."""
        while self._requests:
            yield self._requests.pop(0)

    def cancel(self, key: str, reason: str) -> bool:
        """End a preview that is still queued; return whether it was."""
        is_queued = any(request.key == key for request in self._requests)
        self._requests = [request for request in self._requests if request.key != key]
        if is_queued:
            self._end(key, reason)
        return is_queued

    def get(self, key: str) -> BatchPreview | None:
        """A preview; None where it is no longer kept."""
        return self._previews.get(key)

    def handle(self, key: str, event: JobEvent) -> None:
        """Note what the job of a preview reports."""
        match event:
            case PreparationProgress(stage=stage, share=share):
                self._change(key, stage=stage, share=share)
            case PreviewReady(images=images):
                self._change(key, images=images)
            case JobEnded(reason=reason):
                self._end(key, reason)
            case _:
                raise AssertionError(f"the job of a preview reported {event}")

    def fail_all(self, reason: str) -> None:
        """End all that have not ended."""
        self._requests.clear()
        for key in list(self._previews):
            self._end(key, reason)

    def _end(self, key: str, reason: str) -> None:
        preview = self._previews.get(key)
        if preview and not preview.ended:
            self._change(key, failure=reason or "no images came; try again")

    def _change(self, key: str, **fields: object) -> None:
        if key in self._previews:
            self._previews[key] = replace(self._previews[key], **fields)  # type: ignore[arg-type]
