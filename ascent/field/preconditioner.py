"""Two levels: Gauss-Seidel for what is local, a sparse Cholesky of the vertex unknowns for what is not.

In the hierarchical basis the vertex unknowns are the order-1 problem, some eight (order 2) to twenty-five times (order
3) smaller than the whole. Sweeping forward, correcting with it and sweeping backward is symmetric, and leaves 20 to 40
iterations at order 2 whatever the mesh (multiplicative two-level method; Smith, Bjørstad & Gropp, Domain Decomposition,
1996). Nothing is condensed statically: up to order 3 no unknown lies inside a tetrahedron.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ngsolve import BaseMatrix, BitArray
from numpy.typing import NDArray


class TwoLevelPreconditioner(BaseMatrix):
    """The preconditioner as an operator of NGSolve.

    Parameters
    ----------
    matrix : ngsolve.BaseSparseMatrix
        Symmetric, positive definite on the free unknowns.
    free : ngsolve.BitArray
        Unknowns that are solved for.
    vertex_unknowns : ndarray of bool
        Unknowns of the order-1 problem.
    """

    def __init__(self, matrix: Any, free: Any, vertex_unknowns: NDArray[np.bool_]) -> None:
        super().__init__()
        self._matrix = matrix
        self._smoother = matrix.CreateSmoother(free)
        vertices = BitArray(vertex_unknowns.tolist()) & free
        self._coarse = matrix.Inverse(vertices, inverse="sparsecholesky")
        self._residual = matrix.CreateColVector()

    def Shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._matrix.shape

    def CreateVector(self, col: bool) -> Any:
        """A vector that the operator can take or give."""
        return self._matrix.CreateColVector()

    def Mult(self, x: Any, y: Any) -> None:
        """y = C x."""
        y[:] = 0.0
        self._smoother.Smooth(y, x)
        self._residual.data = x - self._matrix * y
        y.data += self._coarse * self._residual
        self._smoother.SmoothBack(y, x)
