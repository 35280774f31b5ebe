"""The short form of the days on a cluster: one by spark-submit on machines that share no disk has the rows of one machine."""

from datetime import date

import pytest
from cluster.shop import Driver, into_bucket, make_shop, rows_of_lake
from versions.rows import differences

AS_OF = date(2026, 5, 1)


@pytest.mark.slow
def test_a_first_day_has_the_rows_of_one_machine(driver: Driver, bucket: str) -> None:
    shop = make_shop(driver.folder / "alone" / "shop", people=20, events=300, as_of=AS_OF)
    there = into_bucket(shop, driver.folder / "shop", f"{bucket}/first-day")
    words = ("--as-of", f"{AS_OF}")
    done = driver.submit("daily", there, *words)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    alone = driver.run("run", "daily", "--config", str(shop), *words)
    assert alone.returncode == 0, f"{alone.stdout[-3000:]}\n{alone.stderr[-6000:]}"
    mine, theirs = rows_of_lake(f"{bucket}/first-day/lake"), rows_of_lake(shop / "lake")
    assert int(theirs["gold.segments"]["rows"]) > 0
    assert differences(mine, theirs) == {}
    # Nothing of the lake is on a machine's own disk.
    assert [str(path) for path in driver.cluster.base.glob("worker-*/**/_delta_log")] == []
