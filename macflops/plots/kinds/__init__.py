"""The kinds of figures, one file each.

A file has `data(…) -> Table`, `finding(table) -> str`, the sentence that the table supports, and
`draw(axes, table, theme)`; SIZE is in inches, PANELS how many axes it wants, SOURCE whether it takes a network.
"""
