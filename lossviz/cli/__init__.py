"""The command line: ``lossviz COMMAND``; one module a command, gathered in ``main``."""
