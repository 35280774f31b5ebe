"""A curve: points at and between thresholds, and what is drawn of them."""

import math

import pytest
from api.tiny import opened

from segspark.api.curve import Curve
from segspark.query.curve import CurvePoint


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    return opened(tmp_path_factory.mktemp("curve") / "w", least=2)


@pytest.fixture(scope="module")
def orders(ws) -> Curve:  # type: ignore[no-untyped-def]
    return ws.preview("country = 'FR'").curve("n_order_365d")


@pytest.fixture(scope="module")
def days(ws) -> Curve:  # type: ignore[no-untyped-def]
    return ws.preview("country = 'FR'").curve("days_since_order")


def test_a_threshold_between_two_has_the_people_on_its_side(orders: Curve, days: Curve) -> None:
    assert [orders.at(t).people for t in (-1, 0, 1, 2, 4, 5, 6)] == [4, 4, 3, 3, 1, 1, 0]
    assert [days.at(t).people for t in (9, 10, 39, 40, 1_000)] == [0, 1, 1, 2, 3]
    assert orders.at(1) == CurvePoint(1, 3, 2, 34_000)


def test_moving_a_threshold_adds_or_takes_away(orders: Curve, days: Curve) -> None:
    assert orders.between(2, 5) == CurvePoint(5, -2, -1, -14_000)
    assert days.between(10, 90) == CurvePoint(90, 2, 1, 25_000)


def test_a_table_and_a_plot_hide_small_counts(orders: Curve) -> None:
    html = orders._repr_html_()
    assert ">4<" in html
    assert "&lt;\u00a02" in html
    assert not any(f"{n}</td>" in html for n in ("340", "290", "200"))
    people, money = orders.plot().figure.axes
    # At least 0, 2, 3 and 5 orders: 4, 3, 2 and 1 people.
    assert list(people.lines[0].get_xdata()) == [0, 2, 3, 5]
    assert list(people.lines[0].get_ydata()) == [4, 4, 4, 0]
    assert math.isnan(money.lines[0].get_ydata()[3])
    assert people.get_xlabel() == "Orders, 365\u00a0d: at least (orders)"[: len(people.get_xlabel())]


def test_amounts_are_drawn_in_the_currency(ws) -> None:  # type: ignore[no-untyped-def]
    curve = ws.preview("country = 'FR'").curve("order_cents_365d")
    axes = curve.plot().figure.axes[0]
    assert list(axes.lines[0].get_xdata()) == [0, 50, 90, 200]
    assert "€" in axes.get_xlabel()
    assert "€90.00" in curve._repr_html_()


def test_it_says_itself_in_a_line(orders: Curve, ws) -> None:  # type: ignore[no-untyped-def]
    assert (
        repr(orders) == "Curve(\"country = 'FR'\" along n_order_365d, 2026-05-05: 4 thresholds, at_least 0 to 5 orders)"
    )
    nobody = ws.preview("country = 'BE'").curve("n_order_365d")
    assert repr(nobody).endswith("nobody has a value)")
    nobody.plot()
