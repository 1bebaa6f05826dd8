"""Rows keep the order of their lines when read, whatever the size of a file: the later of two with one key holds."""

from datetime import date

import duckdb

from localcare.intake import extract, reading, shapes, staging
from localcare.intake.identity import MACROS
from tests.intake.builders import extract_folder

ROWS = 30_000
ATTENDANCE = {
    "NHS_Number": "9990000018", "Date_Of_Birth": "1940-12-04", "Sex": "1", "Postcode": "ZZ12 9AJ",
    "GP_Practice_Code": "Y90001", "Provider_Code": "RWF", "Der_Provider_Site_Code": "RWFTW",
    "EC_Department_Type": "01", "Arrival_Date": "2014-11-12", "Arrival_Time": "20:22",
    "EC_Decision_To_Admit_Date": "2014-11-12", "EC_Departure_Date": "2014-11-12",
}  # fmt: skip


def test_the_rows_of_a_file_of_many_buffers_keep_the_order_of_its_lines(tmp_path, monkeypatch):
    # DuckDB reads 32 MB at a time; small buffers make a small file large. Read by several threads it loses its order.
    read = reading.rows
    monkeypatch.setattr(reading, "rows", lambda *given: read(*given, "buffer_size = 1000000"))
    shape = shapes.load()["ecds"]
    lines = [
        ",".join(({"EC_Ident": str(500_000_000 + n)} | ATTENDANCE).get(c, "") for c in shape.names) for n in range(ROWS)
    ]
    files = extract.read(extract_folder(tmp_path / "day", ecds="\n".join([",".join(shape.names), *lines, ""])))
    connection = duckdb.connect(config={"threads": 8})
    connection.execute(MACROS)
    keep = {"number": "EC_Ident::INT - 500_000_000"}
    staging.stage(connection, shape, files.of_shape("ecds"), keep, date(2017, 3, 31), tmp_path)
    read_in_order = connection.execute("SELECT number FROM staged ORDER BY rowid").fetchnumpy()["number"].tolist()
    assert read_in_order == [*range(ROWS)]
