"""The command line: ``python -m lossviz COMMAND``."""
