"""Claims about positive real numbers, as `h*w*(c1 + c2) >= 2*h*w*sqrt(c1*c2)`: parsed, evaluated exactly, decided.

One text is computed on three kinds of numbers that share no code: exact fractions and intervals (`exact.py`), SymPy's
expressions (`algebra.py`) and z3's terms (`smt.py`).
"""

from __future__ import annotations

from macflops.symbolic.claims.decide import Verdict, decide
from macflops.symbolic.claims.grammar import Claim, read

__all__ = ["Claim", "Verdict", "decide", "read"]
