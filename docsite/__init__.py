"""The documentation's pages that are made from the code: rules, operators, commands. MkDocs asks `hooks`."""
