"""The fixtures of every store."""

from tests.support.databases import open_store, store, url

__all__ = ["open_store", "store", "url"]
