"""What is trained, what came of it, and who runs it: records, store, engine.

Nothing here imports torch.
"""
