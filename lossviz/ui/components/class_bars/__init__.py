"""A prediction over many classes, as bars."""
