#!/usr/bin/env python3
"""SQLite's FTS5 on the texts and queries of `skg-bench text`.

    skg-bench text --write DIR [--texts N]   # the same options in both
    benchmarks/peers/text.py DIR
    skg-bench text [--texts N]

Prints the lines that skg-bench prints: its build, each class of queries. The
matches of a class must be as many in both. FTS5 has no fuzzy words; its bm25()
ranks every match before the best ten are taken.
"""
import argparse
import json
import os
import pathlib
import sqlite3
import tempfile
import time

COUNTED = 10


def fts_query(query):
    """The query as FTS5 reads it; None: it cannot be asked."""
    if query.startswith('"'):
        return query
    parts = []
    join = " OR "
    for word in query.split():
        if "~" in word:
            return None
        if word.startswith("+"):
            word, join = word[1:], " AND "
        if word.endswith("*"):
            parts.append(f'"{word[:-1]}" *')
        else:
            parts.append(f'"{word}"')
    return join.join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as scratch:
        path = os.path.join(scratch, "fts.db")
        database = sqlite3.connect(path)
        database.execute("PRAGMA cache_size = -524288")
        database.execute(
            "CREATE VIRTUAL TABLE t USING fts5(text, content='')")
        start, cpu = time.perf_counter(), time.process_time()
        with database, open(options.directory / "texts.txt") as texts:
            database.executemany(
                "INSERT INTO t(rowid, text) VALUES (?, ?)",
                ((i, line.rstrip("\n")) for i, line in enumerate(texts, 1)))
        with database:
            database.execute("INSERT INTO t(t) VALUES ('optimize')")
        print(json.dumps({
            "build": database.execute("SELECT max(rowid) FROM t").fetchone()[0],
            "seconds": time.perf_counter() - start,
            "cpu_seconds": time.process_time() - cpu,
            "disk_bytes": os.path.getsize(path)}), flush=True)
        classes = {}
        with open(options.directory / "queries.txt") as queries:
            for line in queries:
                name, query = line.rstrip("\n").split("\t")
                classes.setdefault(name, []).append(fts_query(query))
        for name, queries in classes.items():
            if None in queries:
                continue
            matches = sum(
                database.execute("SELECT count(*) FROM t WHERE t MATCH ?",
                                 (query,)).fetchone()[0]
                for query in queries[:COUNTED])
            times = []
            cpu = time.process_time()
            for query in queries:
                start = time.perf_counter()
                database.execute(
                    "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank "
                    "LIMIT 10", (query,)).fetchall()
                times.append((time.perf_counter() - start) * 1e3)
            cpu = (time.process_time() - cpu) * 1e3 / len(times)
            times.sort()
            print(json.dumps({
                "queries": name,
                "p50_ms": times[len(times) // 2],
                "p99_ms": times[len(times) * 99 // 100],
                "most_ms": times[-1],
                "cpu_ms": cpu,
                "matches": matches}), flush=True)


if __name__ == "__main__":
    main()
