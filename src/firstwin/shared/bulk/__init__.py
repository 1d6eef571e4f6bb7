"""Rows without what the ORM does for each query, and for each value of each row.

To put a query together costs the ORM more than the database takes to answer it, and to make rows of what it finds more than
all the rest. Here texts of queries are made once per process. What is read and written is what the ORM would read and
write; for tables with plain columns (texts, numbers, ids, instants, JSON).
"""

from firstwin.shared.bulk.messages import together
from firstwin.shared.bulk.reading import Across, Question, Reading, That, ask, read_rows, read_together
from firstwin.shared.bulk.writing import insert_rows, insert_values, update_rows

__all__ = [
    "Across",
    "Question",
    "Reading",
    "That",
    "ask",
    "insert_rows",
    "insert_values",
    "read_rows",
    "read_together",
    "together",
    "update_rows",
]
