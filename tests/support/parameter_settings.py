"""Settings of a loss all over its parameters' ranges."""

import numpy as np

from lossviz.losses.loss import Loss

SETTINGS = 21  # of each parameter, from end to end


def settings(loss: Loss) -> list[Loss]:
    """The loss at settings all over its parameters' ranges, each parameter in another order."""
    ranges = [
        np.roll(np.linspace(*parameter.slider_range(), SETTINGS), 8 * place)
        for place, parameter in enumerate(loss.parameters)
    ]
    found = [
        loss.with_values(**dict(zip(loss.values, map(float, values), strict=True)))
        for values in zip(*ranges, strict=True)
    ]
    return found or [loss]
