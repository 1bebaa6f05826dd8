"""An edition read by Apache Spark: the same tables, for areas that one machine cannot hold. Needs the extra `spark`.

Where a session is running already (a managed platform's), it is used as it is but for the settings of `SAME`.
"""

from typing import TYPE_CHECKING

import ibis

from localcare.dataset import contract
from localcare.dataset.editions import Edition

if TYPE_CHECKING:
    from ibis.backends.pyspark import Backend
    from pyspark.sql import SparkSession

SPARK_TYPES = {
    "int8": "TINYINT", "int16": "SMALLINT", "int32": "INT", "int64": "BIGINT", "float32": "FLOAT", "float64": "DOUBLE",
    "bool": "BOOLEAN", "string": "STRING", "date": "DATE", "timestamp": "TIMESTAMP",
}  # fmt: skip
# What must hold for the answers to be those of DuckDB: days without a time zone's shift, the same failures, and rows
# given from Python by Arrow (without it a whole number beside an unknown one silently becomes unknown too).
SAME = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
}
LOCAL: dict[str, bool | float | int | str | None] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.memory": "4g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


class NoSpark(Exception):
    """Spark is not installed here; the message tells how to install it."""


def session() -> "SparkSession":
    """The running Spark session, or a new one on this machine's processors. Raises NoSpark."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoSpark("Apache Spark is not installed here: pip install 'localcare[spark]', and Java 17") from error
    found = SparkSession.getActiveSession()
    if found is None:
        builder = SparkSession.builder.master("local[*]").appName("localcare")
        found = builder.config(map=LOCAL).getOrCreate()
    for key, value in SAME.items():
        found.conf.set(key, value)
    return found


def connection(edition: Edition) -> "Backend":
    """An Ibis backend on `session` with a view per table of the edition. Raises NoSpark."""
    running = session()
    for table in contract.load().tables.values():
        columns = ", ".join(f"`{column.name}` {SPARK_TYPES[column.type]}" for column in table.columns)
        rows = running.read.schema(columns).parquet(str(edition.path(table.name).absolute()))
        rows.createOrReplaceTempView(table.name)
    return ibis.pyspark.connect(running)
