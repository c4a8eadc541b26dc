"""Fixtures of several test files, and how patient hypothesis is."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.browser"]

# Hypothesis' own clocks measure the machine: another program on the two cores makes them fail. Where time is the claim, a test takes it itself.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
