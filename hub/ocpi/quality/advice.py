"""What a partner has to do about a finding, in a sentence for each code."""

from collections.abc import Mapping

ADVICE: Mapping[str, str] = {
    # Field tables
    "missing": "Send the field: the specification requires it.",
    "wrong_type": "Send the JSON type that the specification gives for the field.",
    "not_a_datetime": "Write moments as 2026-03-01T10:00:00Z, in UTC.",
    "too_long": "Shorten the value to what the field may have, or receivers will cut it.",
    "not_printable": "Remove line breaks and control characters; use only ASCII in ids.",
    "not_in_enum": "Use one of the values that the specification lists for the field.",
    "bad_format": "Write the value as the specification spells it.",
    "out_of_range": "Check the number: it is outside of what the field may have.",
    "decimal_point": "Write whole numbers without a decimal point.",
    "empty_list": "Send at least one item.",
    "empty": "Fill the field in: it is required, and empty.",
    "too_precise": "Round the number to the decimals that the field has.",
    "cut_short": "Mend what is listed first; then the rest will be listed.",
    # Rules
    "unknown_country": "Use the ISO 3166-1 alpha-3 code of the country, such as NLD.",
    "outside_country": "Check coordinates and country: they do not belong together.",
    "swapped_coordinates": "Swap latitude and longitude.",
    "published_to_some": "Leave publish_allowed_to out, or set publish to false.",
    "evse_uid_twice": "Give each EVSE of a Location a uid of its own.",
    "parking_id_twice": "Give each parking place of a Location an id of its own.",
    "evse_id_of_another": "Check evse_id: it begins with another operator than the Location's.",
    "evse_id_form": "Write evse_id in the form of eMI3, such as NL*ABC*E1234.",
    "connector_id_twice": "Give each Connector of an EVSE an id of its own.",
    "no_hours": "Send regular_hours, or set twentyfourseven to true.",
    "hours_around_the_clock": "Leave regular_hours out where twentyfourseven is true.",
    "closes_before_it_opens": "Write hours that pass midnight as two entries, one for each day.",
    "token_without_name": "Name a uid, a visual_number or a group_id of the token.",
    "needs_another": "Send the field that belongs to it as well.",
    "ends_before_it_begins": "Check the two moments: the end is before the beginning.",
    "from_the_future": "Check your clock: last_updated is ahead, so it orders nothing.",
    "reservation_dimension": "Use only FLAT and TIME for the price of a reservation.",
    "long_group_id": "Keep group_id within 20 characters: many charge points hold no more.",
    "period_order": "Send charging periods in the order of their starts.",
    "period_outside": "Check the charging periods: one is not within the time of the CDR.",
    "session_only_dimension": "Leave this dimension out of CDRs: it is for Sessions.",
    "energy_differs": "Check total_energy against the energy of the charging periods.",
    "time_differs": "Check total_time against the times of the charging periods.",
    "longer_than_it_took": "Check total_time: it is longer than from start to end. It is in hours.",
    "cost_differs": "Check total_cost against the sum of its parts.",
    "credit_without_reference": "Name the CDR that is taken back in credit_reference_id.",
    "reference_without_credit": "Set credit to true, or leave credit_reference_id out.",
    "credit_that_charges": "Write the total of a credit CDR as a negative amount.",
    "long_id": "Keep the id within 36 characters; only credit CDRs may have 39.",
    # What came and what did not
    "older": "Raise last_updated with every change; what is older than before is not kept.",
    "resent": "Push only what has changed; to read everything again, receivers pull.",
    "changed": "Never change a CDR: send a credit CDR and a new one.",
    "unknown_reference": "Send the object that is named here, and before the one that names it.",
    "missing_from_pull": "Have your list return it, or say that it is gone.",
}
GENERAL = "See the specification for the field."


def advice(code: str) -> str:
    """What to do about findings with that code; of an unknown one in general."""
    return ADVICE.get(code, GENERAL)
