"""The figure of one comparison: for a browser, and for a paper. Records in, figure out."""
