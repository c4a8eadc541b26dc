"""The networks that can be trained: torchvision's, one line each, and the folder of their weights.

Written without torch, which pages must not load.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lossviz.errors import UnknownNetwork

DIGITS_NETWORK = "letters"  # our own small network; the recipe digits describes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A classifying network of torchvision, with the weights that torchvision calls DEFAULT.

    Attributes:
        name: What torchvision calls it.
        parameters_millions: Parameters with a last layer for ImageNet's 1,000 classes, as
            torchvision counts: with inception_v3's auxiliary head.
        weights_file: Name of the file in torch's folder of checkpoints; ends with the first digits
            of its SHA-256.
        weights_megabytes: Size of that file in MB of 1,000,000 bytes.
    """

    name: str
    parameters_millions: float
    weights_file: str
    weights_megabytes: float

    @property
    def sha256_digits(self) -> str:
        """The first digits of the weights file's SHA-256.

        >>> NETWORKS["resnet18"].sha256_digits
        'f37072fd'
        """
        return Path(self.weights_file).stem.rpartition("-")[2]


_ROWS = (
    ("alexnet", 61.1, "alexnet-owt-7be5be79.pth", 244.4),
    ("convnext_base", 88.59, "convnext_base-6075fbad.pth", 354.5),
    ("convnext_large", 197.77, "convnext_large-ea097f82.pth", 791.2),
    ("convnext_small", 50.22, "convnext_small-0c510722.pth", 201.0),
    ("convnext_tiny", 28.59, "convnext_tiny-983f1562.pth", 114.4),
    ("densenet121", 7.98, "densenet121-a639ec97.pth", 32.3),
    ("densenet161", 28.68, "densenet161-8d451a50.pth", 115.7),
    ("densenet169", 14.15, "densenet169-b2777c0a.pth", 57.4),
    ("densenet201", 20.01, "densenet201-c1103571.pth", 81.1),
    ("efficientnet_b0", 5.29, "efficientnet_b0_rwightman-7f5810bc.pth", 21.4),
    ("efficientnet_b1", 7.79, "efficientnet_b1-c27df63c.pth", 31.6),
    ("efficientnet_b2", 9.11, "efficientnet_b2_rwightman-c35c1473.pth", 36.9),
    ("efficientnet_b3", 12.23, "efficientnet_b3_rwightman-b3899882.pth", 49.5),
    ("efficientnet_b4", 19.34, "efficientnet_b4_rwightman-23ab8bcd.pth", 78.1),
    ("efficientnet_b5", 30.39, "efficientnet_b5_lukemelas-1a07897c.pth", 122.5),
    ("efficientnet_b6", 43.04, "efficientnet_b6_lukemelas-24a108a5.pth", 173.4),
    ("efficientnet_b7", 66.35, "efficientnet_b7_lukemelas-c5b4e57e.pth", 267.0),
    ("efficientnet_v2_l", 118.52, "efficientnet_v2_l-59c71312.pth", 476.7),
    ("efficientnet_v2_m", 54.14, "efficientnet_v2_m-dc08266a.pth", 218.1),
    ("efficientnet_v2_s", 21.46, "efficientnet_v2_s-dd5fe13b.pth", 86.7),
    ("googlenet", 6.62, "googlenet-1378be20.pth", 52.1),
    ("inception_v3", 27.16, "inception_v3_google-0cc3c7bd.pth", 109.0),
    ("maxvit_t", 30.92, "maxvit_t-bc5ab103.pth", 124.5),
    ("mnasnet0_5", 2.22, "mnasnet0.5_top1_67.823-3ffadce67e.pth", 9.0),
    ("mnasnet0_75", 3.17, "mnasnet0_75-7090bc5f.pth", 12.9),
    ("mnasnet1_0", 4.38, "mnasnet1.0_top1_73.512-f206786ef8.pth", 17.7),
    ("mnasnet1_3", 6.28, "mnasnet1_3-a4c69d6f.pth", 25.4),
    ("mobilenet_v2", 3.5, "mobilenet_v2-7ebf99e0.pth", 14.3),
    ("mobilenet_v3_large", 5.48, "mobilenet_v3_large-5c1a4163.pth", 22.1),
    ("mobilenet_v3_small", 2.54, "mobilenet_v3_small-047dcff4.pth", 10.3),
    ("regnet_x_16gf", 54.28, "regnet_x_16gf-ba3796d7.pth", 217.7),
    ("regnet_x_1_6gf", 9.19, "regnet_x_1_6gf-a12f2b72.pth", 37.1),
    ("regnet_x_32gf", 107.81, "regnet_x_32gf-6eb8fdc6.pth", 432.1),
    ("regnet_x_3_2gf", 15.3, "regnet_x_3_2gf-7071aa85.pth", 61.6),
    ("regnet_x_400mf", 5.5, "regnet_x_400mf-62229a5f.pth", 22.3),
    ("regnet_x_800mf", 7.26, "regnet_x_800mf-94a99ebd.pth", 29.3),
    ("regnet_x_8gf", 39.57, "regnet_x_8gf-2b70d774.pth", 158.8),
    ("regnet_y_128gf", 644.81, "regnet_y_128gf_swag-c8ce3e52.pth", 2581.1),
    ("regnet_y_16gf", 83.59, "regnet_y_16gf-3e4a00f9.pth", 335.0),
    ("regnet_y_1_6gf", 11.2, "regnet_y_1_6gf-0d7bc02a.pth", 45.2),
    ("regnet_y_32gf", 145.05, "regnet_y_32gf-8db6d4b5.pth", 581.0),
    ("regnet_y_3_2gf", 19.44, "regnet_y_3_2gf-9180c971.pth", 78.2),
    ("regnet_y_400mf", 4.34, "regnet_y_400mf-e6988f5f.pth", 17.6),
    ("regnet_y_800mf", 6.43, "regnet_y_800mf-58fc7688.pth", 26.0),
    ("regnet_y_8gf", 39.38, "regnet_y_8gf-dc2b1b54.pth", 158.0),
    ("resnet101", 44.55, "resnet101-cd907fc2.pth", 178.8),
    ("resnet152", 60.19, "resnet152-f82ba261.pth", 241.7),
    ("resnet18", 11.69, "resnet18-f37072fd.pth", 46.8),
    ("resnet34", 21.8, "resnet34-b627a593.pth", 87.3),
    ("resnet50", 25.56, "resnet50-11ad3fa6.pth", 102.5),
    ("resnext101_32x8d", 88.79, "resnext101_32x8d-110c445d.pth", 356.2),
    ("resnext101_64x4d", 83.46, "resnext101_64x4d-173b62eb.pth", 334.8),
    ("resnext50_32x4d", 25.03, "resnext50_32x4d-1a0047aa.pth", 100.5),
    ("shufflenet_v2_x0_5", 1.37, "shufflenetv2_x0.5-f707e7126e.pth", 5.5),
    ("shufflenet_v2_x1_0", 2.28, "shufflenetv2_x1-5666bf0f80.pth", 9.2),
    ("shufflenet_v2_x1_5", 3.5, "shufflenetv2_x1_5-3c479a10.pth", 14.2),
    ("shufflenet_v2_x2_0", 7.39, "shufflenetv2_x2_0-8be3c8ee.pth", 29.8),
    ("squeezenet1_0", 1.25, "squeezenet1_0-b66bff10.pth", 5.0),
    ("squeezenet1_1", 1.24, "squeezenet1_1-b8a52dc0.pth", 5.0),
    ("swin_b", 87.77, "swin_b-68c6b09e.pth", 351.7),
    ("swin_s", 49.61, "swin_s-5e29d889.pth", 199.0),
    ("swin_t", 28.29, "swin_t-704ceda3.pth", 113.4),
    ("swin_v2_b", 87.93, "swin_v2_b-781e5279.pth", 352.7),
    ("swin_v2_s", 49.74, "swin_v2_s-637d8ceb.pth", 199.9),
    ("swin_v2_t", 28.35, "swin_v2_t-b137f0e2.pth", 113.9),
    ("vgg11", 132.86, "vgg11-8a719046.pth", 531.5),
    ("vgg11_bn", 132.87, "vgg11_bn-6002323d.pth", 531.5),
    ("vgg13", 133.05, "vgg13-19584684.pth", 532.2),
    ("vgg13_bn", 133.05, "vgg13_bn-abd245e5.pth", 532.2),
    ("vgg16", 138.36, "vgg16-397923af.pth", 553.4),
    ("vgg16_bn", 138.37, "vgg16_bn-6c64b313.pth", 553.5),
    ("vgg19", 143.67, "vgg19-dcbb9e9d.pth", 574.7),
    ("vgg19_bn", 143.68, "vgg19_bn-c79401a0.pth", 574.8),
    ("vit_b_16", 86.57, "vit_b_16-c867db91.pth", 346.3),
    ("vit_b_32", 88.22, "vit_b_32-d86f8d99.pth", 353.0),
    ("vit_h_14", 633.47, "vit_h_14_swag-80465313.pth", 2534.0),
    ("vit_l_16", 304.33, "vit_l_16-852ce7e3.pth", 1217.4),
    ("vit_l_32", 306.54, "vit_l_32-c7638314.pth", 1226.3),
    ("wide_resnet101_2", 126.89, "wide_resnet101_2-d733dc28.pth", 508.3),
    ("wide_resnet50_2", 68.88, "wide_resnet50_2-9ba9bcbe.pth", 275.9),
)
NETWORKS = MappingProxyType(
    {
        name: Network(
            name=name, parameters_millions=millions, weights_file=file, weights_megabytes=megabytes
        )
        for name, millions, file, megabytes in _ROWS
    }
)


def runs_on_accelerator(network: str) -> bool:
    """Whether a network is trained on an accelerator where there is one.

    Our own is not: with 8 × 8 images the accelerator would wait for Python.

    >>> runs_on_accelerator("resnet18"), runs_on_accelerator(DIGITS_NETWORK)
    (True, False)
    """
    return network != DIGITS_NETWORK


def get_network(name: str) -> Network:
    """The torchvision network ``name``.

    Raises:
        UnknownNetwork: No such name; ``DIGITS_NETWORK`` is none of torchvision's.
    """
    if name not in NETWORKS:
        raise UnknownNetwork(name, (DIGITS_NETWORK, *NETWORKS))
    return NETWORKS[name]


def checkpoints_folder() -> Path:
    """Where torch keeps downloaded weights, ``torch.hub.get_dir()`` / ``checkpoints``.

    The folder need not exist.

    Side effects: reads TORCH_HOME and XDG_CACHE_HOME.
    """
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", os.path.join(cache, "torch"))
    return Path(home).expanduser() / "hub" / "checkpoints"


def local_weights(network: Network) -> Path | None:
    """The file of the network's weights where it is on this machine, else None.

    Its content is not verified.

    Side effects: reads torch's folder of checkpoints.
    """
    path = checkpoints_folder() / network.weights_file
    return path if path.is_file() else None
