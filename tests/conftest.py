"""Fixtures of several test files."""

pytest_plugins = ["tests.browser"]
