"""Prediction and target as vectors: lengths, angles, projections."""
