"""The loss language: text → allow-listed syntax tree → symbolic expression → log space → one plain
tree that every evaluator reads.
"""
