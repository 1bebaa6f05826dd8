"""The core question as Localcare asks it: Ibis on DuckDB, by the functions of the run itself."""

import ibis

from bench.peers.question import SEGMENTATION, rounded
from localcare.dataset import editions
from localcare.dataset.editions import Edition
from localcare.population import definitions
from localcare.population.calc import conditions, people, segments, use


def answer(edition: Edition) -> dict:
    loaded = definitions.load()
    connection = edition.connection(threads=2)
    tables = editions.tables(connection)
    codes = conditions.code_masks(tables["code"], loaded.conditions)
    masks = conditions.flags(tables["observation"], codes, loaded.conditions, edition.as_at)
    registered = people.registered(tables["person"], edition.as_at)
    known = registered.left_join(masks, "person").select("person", "age", "observed", mask=ibis._.mask.fill_null(0))
    known = connection.create_table("known", known, temp=True)
    used = use.costs(tables, known, loaded.prices, edition.as_at)
    grid = loaded.segmentation(SEGMENTATION)
    placed = {"age_band": segments.age_band(used, grid), "group": segments.group(used, grid, loaded.conditions)}
    cells = used.group_by(**placed).agg(n=used.count(), pounds=used.cost.sum()).to_pandas()
    n = int(known.count().to_pandas())
    connection.con.close()
    return {"people": n, "answer": rounded(list(cells.itertuples(index=False)))}
