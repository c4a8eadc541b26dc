"""Small multiples of the validation images on the penalty of each loss, through time."""
