"""The widths that the papers print."""

from __future__ import annotations

# Output channels of stage 2 at 1x by groups; stages 3 and 4 have twice and four times as many.
# Source: ShuffleNet V1 (Zhang et al. 2017), Table 1.
V1_WIDTHS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}

# Output channels of stages 2, 3, 4 and conv5 by width. Source: ShuffleNet V2 (Ma et al. 2018), Table 5.
V2_WIDTHS = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}

STEM = 24  # channels of the first convolution at 1x, both papers
UNITS = (3, 7, 3)  # units of stride 1 behind the unit of stride 2, stages 2, 3 and 4, both papers
EPSILON = 1e-5  # added to the variance by every batch norm; neither paper says, all ports agree
