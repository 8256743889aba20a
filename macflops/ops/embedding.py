"""Embedding: rows of a table of weights, by index."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, size
from macflops.ops._operator import Cost, Operator, require_at_least


class Embedding(Operator):
    """Rows of a learnt table (num_embeddings, embedding_dim) for indices x (…): y (…, embedding_dim).

    Reads the indices and the rows that they name, as many elements as it writes; its parameters are the whole table.
    Source: torch.nn.Embedding.
    """

    role = "lookup"

    num_embeddings: Dim
    embedding_dim: Dim

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an empty table."""
        require_at_least(self, 1, ("num_embeddings", "embedding_dim"))

    def shape(self, x: Shape) -> Shape:
        """Return (…, embedding_dim)."""
        return (*x, self.embedding_dim)

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for indices x (…) and y (…, embedding_dim)."""
        table = self.num_embeddings * self.embedding_dim
        return Cost(reads=size(x), writes=size(y), weights=size(y), params=table)
