"""What to write instead: changes to a network, carried out, recounted and judged before they are given.

`compose.advise` is the way in. Imported only when there is something to advise on.
"""
