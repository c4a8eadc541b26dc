"""The store and the engine as one visitor has them: each refuses what is not theirs to do."""
