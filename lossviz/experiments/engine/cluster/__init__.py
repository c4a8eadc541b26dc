"""Trials on several machines: one host that talks to a cluster, and one module for each kind."""
