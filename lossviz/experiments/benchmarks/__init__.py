"""Measurements that ``lossviz bench`` makes by training."""
