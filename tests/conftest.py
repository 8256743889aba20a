"""What all tests share: where nothing may be skipped, a skipped test fails the run."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

STRICT = bool(os.environ.get("MACFLOPS_NO_SKIPS"))
settings.register_profile(
    "default",
    deadline=None,
    derandomize=STRICT,  # where a run decides, the same cases each time; elsewhere new ones
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")


os.environ["MACFLOPS_TRACEBACK"] = "1"  # a fault of the program is to be seen as one


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run with MACFLOPS_NO_SKIPS set in which a test was skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if STRICT and reporter is not None and reporter.stats.get("skipped"):
        print(f"\n{len(reporter.stats['skipped'])} skipped: nothing may be skipped here")
        session.exitstatus = 1
