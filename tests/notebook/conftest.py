"""The databases of trainings that a notebook reports."""

from tests.support.databases import open_store, store, url

__all__ = ["open_store", "store", "url"]
