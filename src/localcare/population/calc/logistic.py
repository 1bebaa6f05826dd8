"""Ridge logistic regression of many people on few yes-or-no terms, by Newton's method."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class Design:
    """The different rows of a matrix of yes and no, once each after a column of ones, and which row is each person's.

    People alike in every term are one row with a weight, and most terms are off: a sparse matrix spares most sums.
    """

    rows: sparse.csr_array
    row_of: NDArray[np.int64]

    def odds(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log odds of each person, by the intercept and the coefficients of the terms."""
        return (self.rows @ coefficients)[self.row_of]

    def counted(self, among: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How many of the people `among` all have each row."""
        return np.bincount(self.row_of[among], minlength=self.rows.shape[0]).astype(np.float64)


def design(x: NDArray[np.bool_]) -> Design:
    """In: one row a person, one column a term."""
    packed = pd.DataFrame(np.packbits(x, axis=1))
    row_of = packed.groupby(list(packed.columns), sort=False).ngroup().to_numpy()
    one_of_each = np.empty(row_of.max(initial=-1) + 1, dtype=np.int64)
    one_of_each[row_of] = np.arange(len(x))
    ones = np.ones((len(one_of_each), 1))
    return Design(sparse.hstack([ones, sparse.csr_array(x[one_of_each].astype(np.float64))], format="csr"), row_of)


def newton(
    rows: sparse.csr_array, people: NDArray[np.float64], outcomes: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Intercept and coefficients from how many people have each row, and to how many of those it happened.

    The intercept is not penalised. It must have happened to somebody, and not to everybody.
    """
    ridge = np.diag([0.0, *[penalty] * (rows.shape[1] - 1)])
    turned = rows.T.tocsr()
    share = outcomes.sum() / people.sum()
    found = np.array([np.log(share / (1 - share)), *[0.0] * (rows.shape[1] - 1)])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(rows @ found)))
        curve = (turned @ rows.multiply((people * chance * (1 - chance))[:, None]).tocsr()).toarray() + ridge
        step = np.linalg.solve(curve, turned @ (outcomes - people * chance) - ridge @ found)
        found += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:
            break
    return found
