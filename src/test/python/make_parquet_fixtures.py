"""Writes the Parquet files that ParquetReaderTest reads, with pyarrow: pip install pyarrow.

usage: src/test/python/make_parquet_fixtures.py src/test/resources/dev/assay/text/parquet
"""

import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)

ROWS = 300


def text(row):
    """Every seventh row is null, every eleventh empty; the others repeat, so that a dictionary pays."""
    if row % 7 == 3:
        return None
    if row % 11 == 5:
        return ""
    return f"row {row % 50}: Zürich 😀 " + "la" * (row % 50)


table = pa.table(
    {
        "id": pa.array(range(ROWS), pa.int64()),
        "text": pa.array([text(row) for row in range(ROWS)], pa.string()),
        "full": pa.array([f"full {row}" for row in range(ROWS)], pa.large_string()),
        "meta": pa.array(
            [None if row % 5 == 0 else {"text": f"meta {row}", "score": 0.5} for row in range(ROWS)],
            pa.struct([("text", pa.string()), ("score", pa.float64())]),
        ),
        "tags": pa.array([["a", "b"]] * ROWS, pa.list_(pa.string())),
    }
)

for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
    pq.write_table(
        table, folder / f"{codec}.parquet", compression=codec, row_group_size=120, data_page_size=512, write_batch_size=16
    )
pq.write_table(
    table,
    folder / "version2.parquet",
    compression="snappy",
    data_page_version="2.0",
    use_dictionary=False,
    column_encoding={"text": "DELTA_BYTE_ARRAY", "full": "DELTA_LENGTH_BYTE_ARRAY"},
    row_group_size=100,
    data_page_size=512,
    write_batch_size=16,
)
pq.write_table(
    table,
    folder / "plain.parquet",
    compression="none",
    use_dictionary=False,
    write_statistics=False,
    row_group_size=ROWS,
    data_page_size=256,
    write_batch_size=16,
)
required = pa.schema([pa.field("text", pa.string(), nullable=False)])
pq.write_table(pa.table({"text": [f"required {row}" for row in range(ROWS)]}, required), folder / "required.parquet")
pq.write_table(pa.table({"text": pa.array([], pa.string())}), folder / "empty.parquet")
pq.write_table(pa.table({"text": pa.array([b"\xff\xfe"], pa.binary())}), folder / "latin1.parquet")
