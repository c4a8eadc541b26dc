"""Comparisons as files: the menu that downloads one, and the field that imports one."""
