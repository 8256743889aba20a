"""`python -m macflops`."""

from macflops.cli.main import main

main()
