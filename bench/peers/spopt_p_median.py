"""The same p-median by spopt: `python spopt_p_median.py FOLDER SOLVER` reads cost.npy and demand.npy, prints JSON."""

import json
import sys
import time

import numpy as np
import pulp
from spopt.locate import PMedian

P, REPEATS = 5, 1


def main(folder: str, solver: str) -> None:
    cost, demand = np.load(f"{folder}/cost.npy"), np.load(f"{folder}/demand.npy")
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        way = pulp.HiGHS(msg=False, gapRel=0) if solver == "HiGHS" else pulp.PULP_CBC_CMD(msg=False, gapRel=0)
        model = PMedian.from_cost_matrix(cost, demand, p_facilities=P).solve(way)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"objective": float(model.problem.objective.value()), "seconds": sorted(seconds)[REPEATS // 2]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
