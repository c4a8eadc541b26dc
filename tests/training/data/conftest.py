"""Fixtures of the tests of downloads and of what reads the downloaded files."""

from tests.support.downloads import direct, served, started

__all__ = ["direct", "served", "started"]
