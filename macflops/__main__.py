"""`python -m macflops`."""

from macflops.cli.main import run

run()
