"""Rules for money between 2.2.1 and 2.3.0: taxes have names there, and none here.

An amount is carried with the digits it has, or made by an exact sum. What cannot be had that way is
refused: no price is ever guessed. The one exception is a price that has its tax in it, told with
the percentage: its net price has four decimals, and says so.
"""

from decimal import Decimal

from hub.ocpi.bridge.engine import Spot, listed
from hub.ocpi.bridge.exact import Exact, Object, amount, minus, number, plus, without_tax
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Add, Check, Lose, Rules, Turn

TAX_NAME = "VAT"
MONEY = frozenset({"excl_vat", "incl_vat", "before_taxes", "after_taxes", "taxes"})


def _object(value: object, spot: Spot) -> Object:
    if not isinstance(value, dict):
        spot.refuse(Verdict.WITHHELD, "It is not a price.")
    return value


def _given(value: object, spot: Spot) -> Decimal:
    found = amount(value)
    if found is None:
        spot.refuse(Verdict.WITHHELD, "It is no amount of money.")
    return found


def with_taxes(value: object, spot: Spot) -> Object:
    """A Price of 2.2.1 as one of 2.3.0."""
    price = _object(value, spot)
    _given(price.get("excl_vat"), spot.at("excl_vat"))
    made = _others(price, spot, "excl_vat", "incl_vat") | {"before_taxes": price["excl_vat"]}
    if price.get("incl_vat") is None:
        return made
    excluding = _given(price["excl_vat"], spot.at("excl_vat"))
    including = _given(price["incl_vat"], spot.at("incl_vat"))
    tax: Object = {"name": TAX_NAME, "amount": number(minus(including, excluding))}
    if including == excluding:
        # Other than no tax at all, which leaves open whether there is one.
        tax = {"name": TAX_NAME, "percentage": Exact("0"), "amount": Exact("0")}
    spot.at("incl_vat").note(What.ASSUMED, f"The tax is called {TAX_NAME}.")
    return made | {"taxes": [tax]}


def with_vat(value: object, spot: Spot) -> Object:
    """A Price of 2.3.0 as one of 2.2.1."""
    price = _object(value, spot)
    before = _given(price.get("before_taxes"), spot.at("before_taxes"))
    made = _others(price, spot, "before_taxes", "taxes") | {"excl_vat": price["before_taxes"]}
    taxes = price.get("taxes")
    if taxes is None or taxes == []:
        return made
    if not isinstance(taxes, list):
        spot.at("taxes").refuse(Verdict.WITHHELD, "It is no list of taxes.")
    amounts = []
    for position, tax in enumerate(taxes):
        where = spot.at("taxes", position)
        amounts.append(_given(_object(tax, where).get("amount"), where.at("amount")))
    _note_details(taxes, spot)
    total = plus(*amounts)
    including = price["before_taxes"] if total == 0 else number(plus(before, total))
    return made | {"incl_vat": including}


def _note_details(taxes: list[Object], spot: Spot) -> None:
    if len(taxes) > 1:
        spot.at("taxes").note(What.CHANGED, "Several taxes are one sum.")
        return
    told = {name: item for name, item in taxes[0].items() if item is not None}
    percentage = told.pop("percentage", None)
    # 0 % is the one percentage that 2.2.1 can tell: both of its amounts are the same then.
    is_free = amount(told.get("amount")) == 0
    is_told = amount(percentage) == 0 if is_free else percentage is None
    if not is_told or told.keys() != {"name", "amount"} or told["name"] != TAX_NAME:
        spot.at("taxes", 0).note(What.CHANGED, "OCPI 2.2.1 knows the amount of a tax only.")


def _others(thing: Object, spot: Spot, *own: str) -> Object:
    """The fields that no table knows, but for those that the other version would take for money."""
    others: Object = {}
    for name, item in thing.items():
        if name in own:
            continue
        if name in MONEY:
            spot.at(name).note(What.LOST, "It is a field of another version.")
            continue
        others[name] = item
    return others


def limit_from_price(name: str) -> Turn:
    """A Price of 2.2.1 as a PriceLimit, which has both amounts under other names."""
    return _limit(name, {"excl_vat": "before_taxes", "incl_vat": "after_taxes"})


def price_from_limit(name: str) -> Turn:
    """A PriceLimit as a Price of 2.2.1."""
    return _limit(name, {"before_taxes": "excl_vat", "after_taxes": "incl_vat"})


def _limit(name: str, names: dict[str, str]) -> Turn:
    def how(value: object, spot: Spot) -> Object:
        limit = _object(value, spot)
        for field in names:
            if limit.get(field) is not None:
                _given(limit[field], spot.at(field))
        made = {to: limit[field] for field, to in names.items() if limit.get(field) is not None}
        return {name: _others(limit, spot, *names) | made}

    says = ", ".join(f"`{field}` is `{to}`" for field, to in names.items())
    return Turn((name,), how, f"Both amounts are carried: {says}.")


def _tells_about_tax(spot: Spot) -> None:
    if spot.inside.get("tax_included") not in ("YES", "NO", "N/A"):
        spot.at("tax_included").refuse(
            Verdict.WITHHELD, "Whether its prices have their tax in them is not known."
        )


def _tax_included(value: object, spot: Spot) -> Object:
    if value != "NO":
        spot.note(What.CHANGED, "Prices of OCPI 2.2.1 are without VAT.")
    return {}


def _price(value: object, spot: Spot) -> Object:
    if _included(spot) != "YES":
        return {"price": value}
    gross = _given(value, spot)
    percentage = amount(spot.inside.get("vat"))
    if percentage is None or percentage <= -100:
        spot.refuse(Verdict.WITHHELD, "The price has its tax in it, and does not say how much.")
    if percentage == 0:
        return {"price": value}
    spot.note(What.CHANGED, "The price without its tax, to four decimals.")
    return {"price": number(without_tax(gross, percentage))}


def _vat(value: object, spot: Spot) -> Object:
    if _included(spot) != "N/A":
        return {"vat": value}
    spot.note(What.LOST, "No taxes apply, so OCPI 2.2.1 gives no VAT.")
    return {}


def _included(spot: Spot) -> object:
    tariff = spot.enclosing("Tariff")
    return tariff.get("tax_included") if tariff is not None else None


def _elements(value: object, spot: Spot) -> Object:
    return {"elements": elements_without("booking", "It prices bookings.", value, spot)}


def elements_without(restriction: str, why: str, value: object, spot: Spot) -> object:
    """The elements of a tariff, but for those with a restriction that the other version does not
    have: without it they would price something else. Any other fault is the whole tariff's."""
    if not isinstance(value, list):
        return value
    said: list[tuple[object, Spot]] = []
    for position, element in enumerate(value):
        where = spot.at(position)
        restrictions = element.get("restrictions") if isinstance(element, dict) else None
        if isinstance(restrictions, dict) and restrictions.get(restriction) is not None:
            where.note(What.LOST, why)
            continue
        said.append((where.nested("TariffElement", element), where))
    if value and not said:
        spot.refuse(Verdict.WITHHELD, "No element is left of it.")
    return listed(said)


PRICE_UP = Rules(
    whole=Turn(
        ("before_taxes", "taxes"),
        with_taxes,
        "`excl_vat` is `before_taxes`; with `incl_vat` the difference is one tax called VAT, of "
        "0 % where there is none.",
    )
)
PRICE_DOWN = Rules(
    whole=Turn(
        ("excl_vat", "incl_vat"),
        with_vat,
        "`before_taxes` is `excl_vat`; with taxes `incl_vat` is that and all of them. Their names, "
        "numbers and percentages are lost.",
        made_of={"excl_vat": "before_taxes", "incl_vat": "taxes"},
    )
)
TARIFF_UP = Rules(
    {"min_price": limit_from_price("min_price"), "max_price": limit_from_price("max_price")},
    adds=(
        Add(
            "tax_included",
            lambda spot: {"tax_included": "NO"},
            "Is NO: prices of 2.2.1 are without VAT.",
        ),
    ),
)
TARIFF_DOWN = Rules(
    {
        "min_price": price_from_limit("min_price"),
        "max_price": price_from_limit("max_price"),
        "tax_included": Turn((), _tax_included, "Gone: prices of 2.2.1 are without VAT."),
        "preauthorize_amount": Lose("OCPI 2.2.1 has no field for it."),
        "elements": Turn(
            ("elements",),
            _elements,
            "Elements that price bookings are left out; without any other the tariff is withheld.",
        ),
    },
    checks=(
        Check(_tells_about_tax, "Withheld where it does not say whether tax is in its prices."),
    ),
)
COMPONENT_DOWN = Rules(
    {
        "price": Turn(
            ("price",),
            _price,
            "With `tax_included` YES the net price, to four decimals, by the `vat` of the "
            "component; without one the tariff is withheld.",
        ),
        "vat": Turn(("vat",), _vat, "Lost with `tax_included` N/A."),
    }
)
