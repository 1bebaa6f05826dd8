"""The tables of a run on disk."""

import pyarrow as pa
import pyarrow.parquet as parquet

from localcare.dataset import contract, runs


def test_a_large_table_lies_in_groups_of_rows_of_which_a_question_leaves_most_unread(tmp_path):
    table = contract.load(contract.RESULTS).tables["segment"]
    rows = 2 * runs.ROW_GROUP + 1
    columns = {
        "segmentation": pa.array(["grid"] * rows),
        "person": pa.array(range(rows), pa.int32()),
        "age_band": pa.array(["18-69"] * rows),
        "group": pa.array(["healthy"] * rows),
    }
    path = tmp_path / "segment.parquet"
    runs._write(pa.table({column.name: columns[column.name] for column in table.columns}), table, path)
    held = parquet.ParquetFile(path).metadata
    assert (held.num_rows, held.num_row_groups) == (rows, 3)
    groups = [held.row_group(n).column(1).statistics for n in range(3)]
    assert [(group.min, group.max) for group in groups][1] == (runs.ROW_GROUP, 2 * runs.ROW_GROUP - 1)
