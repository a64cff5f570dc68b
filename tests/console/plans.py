"""How a page gets its rows out of the database."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

FEW = 500


def numbers(url: str, reader: Client) -> list[int]:
    """The keys of the rows on a page of a list."""
    return [leg.pk for leg in reader.get(url).context["cl"].result_list]


def scans(url: str, reader: Client, tables: str = "traffic_leg", most: int = FEW) -> list[str]:
    """What a page asks of a table without going through an index, or reading more than `most` rows
    of it. Partitions that are as good as empty may be read as they are."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert reader.get(url).status_code == 200
    bad = []
    asked = [query["sql"] for query in captured.captured_queries if tables in query["sql"]]
    assert asked
    with connection.cursor() as cursor:
        for sql in asked:
            bad += [sql] if "COUNT(" in sql.upper() else []
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            ((plan,),) = cursor.fetchall()
            bad += [f"{node}: {sql}" for node in wide(plan[0]["Plan"], tables, most)]
    return bad


def wide(node: dict[str, Any], tables: str, most: int = FEW) -> Iterator[str]:
    """The parts of a plan that read many rows of a table to find what they want."""
    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    allowed = FEW if node["Node Type"] == "Seq Scan" else most
    if node.get("Relation Name", "").startswith(tables) and read * node["Actual Loops"] > allowed:
        yield f"{node['Node Type']} of {read} rows"
    for below in node.get("Plans", ()):
        yield from wide(below, tables, most)
