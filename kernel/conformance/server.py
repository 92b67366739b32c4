"""What the ledger needs of the server itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pymongo.errors import BulkWriteError, DuplicateKeyError

from kernel.commits import Document, to_document
from kernel.conformance.writing import OpenCollection, append, ledger_on, refusal


class Server:
    """Part of the suite; see `kernel.conformance.ledger`."""

    def test_of_many_in_one_place_exactly_one_goes_in(
        self, open_collection: OpenCollection
    ) -> None:
        """The unique indexes decide, under load too, each of the three by itself."""
        template = to_document(append(ledger_on(open_collection), "s-0", 0, "a"))
        places: Sequence[Document] = (
            {"_id": "same"},
            {"position": 1_000},
            {"stream": "s-1", "from": 1},
        )
        collections = [open_collection() for _ in range(6)]
        for number, place in enumerate(places):
            start = threading.Barrier(len(collections))

            def insert(
                writer: int,
                number: int = number,
                place: Document = place,
                start: threading.Barrier = start,
            ) -> bool:
                own = 10_000 + 100 * number + writer
                twin = {"_id": f"{own}", "position": own, "stream": f"s-{own}", "from": 1}
                start.wait()
                try:
                    collections[writer].insert_one({**template, **twin, **place})
                except DuplicateKeyError:
                    return False
                return True

            with ThreadPoolExecutor(len(collections)) as pool:
                went_in = list(pool.map(insert, range(len(collections))))
            assert went_in.count(True) == 1, place

    def test_an_ordered_insert_stops_at_the_first_duplicate_and_names_it(
        self, open_collection: OpenCollection
    ) -> None:
        """A group goes in up to there and no further."""
        collection = open_collection()
        template = to_document(append(ledger_on(open_collection), "s-0", 0, "a"))
        group = [
            {**template, "_id": f"g-{number}", "position": position, "stream": f"g-{number}"}
            for number, position in enumerate((2, 3, 1, 4))
        ]
        failed = refusal(BulkWriteError, lambda: collection.insert_many(group, ordered=True))
        (error,) = failed.details["writeErrors"]
        assert (error["index"], error["code"]) == (2, 11000)
        there = [document["_id"] for document in collection.find({"position": {"$gt": 1}})]
        assert sorted(there) == ["g-0", "g-1"]
