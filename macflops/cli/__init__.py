"""The command line: one file per command, named as it is, imported only when it runs."""
