"""Whether lossviz can run here, and what to do where it can't: ``lossviz doctor``."""
