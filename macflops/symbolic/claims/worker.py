"""Decides one claim in a process of its own: texts come in as JSON, the verdict goes out as JSON."""

from __future__ import annotations

import json
import sys

from macflops.symbolic.claims.decide import claims, decided, unfit

MEMORY = 3 << 30  # bytes


def main() -> None:
    """Read, decide, write."""
    limit_memory()
    texts = json.loads(sys.stdin.read())
    error = unfit(texts)
    if error is not None:
        sys.stdout.write(json.dumps({"error": error}))
        return
    claim, *assumptions = claims(texts)
    sys.stdout.write(json.dumps({"verdict": decided(claim, assumptions)}))


def limit_memory() -> None:
    """Keep this process from taking all memory, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no limits of this kind
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
