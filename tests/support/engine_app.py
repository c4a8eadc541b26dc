"""An app without pages: a store and an engine that trains what it reads from standard input.

``python -m tests.support.engine_app URL METHOD``; each line is the id of a comparison, how many
seeds it has, and whether it searches for learning rates. The id is printed back once the comparison
is in the database.
"""

import sys

from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import RateSearch
from lossviz.experiments.store.store import Store

LOSSES = ("cross_entropy", "inverse")


def main(url: str, method: str) -> None:
    engine = LocalEngine(Store(url), capacity=2, method=method)
    print("ready", flush=True)
    for line in sys.stdin:
        id, seeds, searches = line.split()
        comparison = plan_comparison(
            id=id,
            recipe="digits",
            losses=LOSSES,
            seeds=int(seeds),
            created_at=0.0,
            rate_search=RateSearch() if searches == "True" else None,
        )
        engine.launch(comparison)
        print(id, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
