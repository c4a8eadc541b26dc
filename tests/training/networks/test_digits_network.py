"""The digits' network answers without gradients, its BatchNorms folded, as it does with them."""

import pytest
import torch
from torch import nn

from lossviz.training.networks.digits_network import DigitsNetwork, make_body, make_head


@pytest.mark.parametrize("images", [1, 128, 300])
def test_a_folded_network_answers_as_the_network_does(images: int) -> None:
    generator = torch.Generator().manual_seed(images)
    network = DigitsNetwork(make_body(), make_head(10))
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            for values, low in ((part.running_mean, -0.5), (part.running_var, 0.5)):
                values.uniform_(low, low + 1, generator=generator)
            for parameter in part.parameters():
                parameter.data.uniform_(0.2, 1.5, generator=generator)
    pixels = torch.rand(images, 1, 8, 8, generator=generator)
    network.eval()
    with torch.no_grad():
        folded = network(pixels)
    expected = network(pixels).detach()
    assert torch.allclose(folded, expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item())
    assert torch.equal(folded.argmax(1), expected.argmax(1))
