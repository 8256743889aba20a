"""T2: the same with a kernel, a stride, groups and a batch, and what a bias changes."""

from __future__ import annotations

from sympy import sqrt

from macflops.ops.conv import Conv
from macflops.symbolic.symbols import reals
from macflops.symbolic.theorem import Certificate, Count, Lemma, Theorem, Wrong, claimed
from macflops.symbolic.theorems._layer import convolution, failing, widths

WIDTH = 144


def theorem() -> Theorem:
    """Return the theorem, its formulas derived from the operator."""
    n, hi, wi, ho, wo, k, g, c1, c2 = reals("N hi wi ho wo k g c1 c2")
    r, v = reals("R W")
    cost = convolution(c1, c2, hi, wi, ho, wo, k, g, n)
    reads, writes, kernels = cost.reads, cost.writes, cost.weights
    by_mult_adds = 2 * sqrt(n * hi * wi * g * cost.mult_adds) / k + cost.mult_adds / (n * ho * wo)
    biased = convolution(c1, c2, hi, wi, ho, wo, k, g, n, bias=True)
    with_bias = n * ho * wo + 1
    return Theorem(
        "T2",
        "the same with a kernel, a stride, groups and a batch",
        "A k x k convolution in g groups of N images, c1 channels on hi x wi to c2 on ho x wo, without bias, moves "
        "MAC ≥ 2√(R·W) + K at fixed mult-adds B, where R = N·hi·wi·c1 is read, W = N·ho·wo·c2 written and "
        "K = k²·c1·c2/g = B/(N·ho·wo); R·W = N·hi·wi·g·B/k² is fixed too. Equal if and only if hi·wi·c1 = ho·wo·c2.",
        ("all sizes > 0; N, hi, wi, ho, wo, k and g are held while c1 and c2 vary",),
        (
            "B = N·ho·wo·k²·c1·c2/g, so fixed mult-adds fix c1·c2, hence K = B/(N·ho·wo) and R·W.",
            "MAC − K = R + W ≥ 2√(R·W) by AM-GM, with equality iff R = W, that is hi·wi·c1 = ho·wo·c2.",
            "At stride 1 this is c1 = c2; at stride s, even sides, hi·wi = s²·ho·wo, so c2 = s²·c1.",
            "A bias is c2 elements more: W becomes (N·ho·wo + 1)·c2, K stays, and the least moves to "
            "N·hi·wi·c1 = (N·ho·wo + 1)·c2: by one part in N·ho·wo. The audit holds the bias, as a part of K.",
        ),
        (
            Certificate("R + W against its bound", r + v - 2 * sqrt(r * v), (sqrt(r) - sqrt(v)) ** 2),
            Certificate(
                "MAC minus the bound in B", cost.mac - by_mult_adds, n * (sqrt(hi * wi * c1) - sqrt(ho * wo * c2)) ** 2
            ),
            Certificate(
                "with a bias",
                biased.mac - 2 * sqrt(n * hi * wi * c1 * with_bias * c2) - kernels,
                (sqrt(n * hi * wi * c1) - sqrt(with_bias * c2)) ** 2,
            ),
        ),
        (
            Lemma("AM-GM for R and W", "R + W + K >= 2*sqrt(R*W) + K"),
            Lemma("equal only where R = W", "R + W + K > 2*sqrt(R*W) + K", ("R != W",)),
            Lemma(
                "R = W is hi·wi·c1 = ho·wo·c2",
                claimed(reads, "==", writes),
                (claimed(hi * wi * c1, "==", ho * wo * c2),),
            ),
            Lemma("and nothing else", claimed(reads, "!=", writes), (claimed(hi * wi * c1, "!=", ho * wo * c2),)),
            Lemma("B fixes R·W", claimed(reads * writes, "==", n * hi * wi * g * cost.mult_adds / k**2)),
            Lemma("B fixes K", claimed(kernels, "==", cost.mult_adds / (n * ho * wo))),
            Lemma("with a bias c2 counts once more", "R + V + K > 2*sqrt(R*V) + K", ("R != V", "V == W + c2")),
        ),
        exhaustive,
        f"c1, c2 ≤ {WIDTH}, kernels 1, 3, 5, strides 1 to 3, groups 1, 2, 3, batches 1, 2, with and without bias",
        (
            Wrong(
                "least at c1 = c2 whatever the stride",
                claimed(
                    reads + writes,
                    ">=",
                    (reads + writes).subs({c1: sqrt(c1 * c2), c2: sqrt(c1 * c2)}, simultaneous=True),
                ),
                ("hi == 2*ho", "wi == 2*wo"),
            ),
            Wrong(
                "a bias moves nothing: MAC is least where hi·wi·c1 = ho·wo·c2",
                claimed(biased.mac, "==", 2 * sqrt(n * hi * wi * c1 * with_bias * c2) + kernels),
                ("hi == ho", "wi == wo", "c1 == c2"),
            ),
        ),
        consequences,
        r"R + W + K \ge 2\sqrt{RW} + K, \quad R = N h_i w_i c_1,\; W = N h_o w_o c_2,\; K = \frac{k^2 c_1 c_2}{g}, "
        r"\quad \text{equal iff } h_i w_i c_1 = h_o w_o c_2",
    )


def consequences() -> tuple[str, ...]:
    """Return what a bias moves at the sides of a usual network."""
    moved = ", ".join(f"{100 / side**2:.2f} % at {side} x {side}" for side in (56, 28, 14, 7))
    return (f"A bias moves the best c1 : c2, at one image, by {moved}.",)


def exhaustive() -> Count:
    """Check every pair of widths at several sizes, in integers, shapes as the operator makes them."""
    cases = 0
    for k, s, g, n in ((k, s, g, n) for k in (1, 3, 5) for s in (1, 2, 3) for g in (1, 2, 3) for n in (1, 2)):
        c1, c2 = widths(WIDTH, g)
        for hi, wi in ((5, 8), (14, 14), (28, 21)):
            for bias in (False, True):
                conv = Conv(c2, (k, k), (s, s), padding=(k // 2,) * 4, groups=g, bias=bias)
                x = (n, c1, hi, wi)
                y = conv.shape(x)
                cost = conv.cost(x, y)
                kernels = cost.weights - bias * c2
                at_least = 4 * cost.reads * (cost.writes + bias * c2)
                excess = (cost.mac - kernels) ** 2 - at_least
                best = n * hi * wi * c1 == (n * y[2] * y[3] + bias) * c2
                fails = (excess < 0) | ((excess == 0) != best)
                cases += fails.size
                if fails.any():
                    return Count(cases, failing(fails, c1=c1, c2=c2, hi=hi, wi=wi, k=k, s=s, g=g, N=n))
    return Count(cases)
