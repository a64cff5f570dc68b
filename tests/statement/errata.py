"""Faults of the specification that we met, what the hub does, and how to tell when they are mended.

`seen` is looked for in the file on that branch: the fault stands while it is found, or with
`missing` while it is not. tests/statement/test_errata.py looks, where it is told where a clone is.
"""

from dataclasses import dataclass

OCPI_2_2_1 = "release-2.2.1-bugfixes"
CORE, PAYMENTS, BOOKINGS = (
    f"2.3.0/release/{edition}" for edition in ("core", "payments", "bookings")
)


@dataclass(frozen=True, slots=True)
class Erratum:
    """One fault, and what the hub does about it."""

    about: str
    branch: str
    file: str
    seen: str
    fault: str
    ours: str
    missing: bool = False


ERRATA = (
    Erratum(
        "Authorization",
        OCPI_2_2_1,
        "transport_and_format.asciidoc",
        r"Token ZXhhbXBsZS10b2tlbgo=",
        "The token of the sample headers was encoded with a line feed behind it.",
        "A line feed inside an encoded token is read over; the hub never writes one.",
    ),
    Erratum(
        "Anchors",
        OCPI_2_2_1,
        "transport_and_format.asciidoc",
        r"transport_and_format_unique_messageg_ids",
        "The anchor of the section on message ids is misspelled.",
        "Our sources name it as it is.",
    ),
    Erratum(
        "CDRs",
        OCPI_2_2_1,
        "mod_cdrs.asciidoc",
        r'"1970-1-1T00:00:00Z',
        "The moment that stands for an unknown one is no DateTime.",
        "It is read, without a finding.",
    ),
    Erratum(
        "CDRs",
        OCPI_2_2_1,
        "mod_cdrs.asciidoc",
        r"\|address \|.*\(45\)",
        "A CdrLocation has shorter addresses and states than the Location it is of.",
        "Longer ones are a warning, and are never cut between 2.2.1 and 2.3.0.",
    ),
    Erratum(
        "Sessions",
        OCPI_2_2_1,
        "mod_sessions.asciidoc",
        r"`status` = `RESERVED`",
        "The text says RESERVED where the enum has RESERVATION.",
        "RESERVED passes with a finding; towards 2.1.1 both are PENDING.",
    ),
    Erratum(
        "Sessions",
        OCPI_2_2_1,
        "mod_sessions.asciidoc",
        r"\|date_from \|.*\|yes \|",
        "date_from is required for lists of Sessions and optional in their URL.",
        "The hub's own list answers without it; what is forwarded passes as it is (D-14).",
    ),
    Erratum(
        "Charging profiles",
        OCPI_2_2_1,
        "mod_charging_profiles.asciidoc",
        r"response_url=https://www\.msp\.com/ocpi/2\.2\.1/chargingprofile/response\?request_id=5678",
        "response_url stands in a query without being encoded, with a query of its own.",
        "Parameters behind it that are not `duration` belong to it; the hub encodes its own.",
    ),
    Erratum(
        "HubClientInfo",
        OCPI_2_2_1,
        "mod_hub_client_info.asciidoc",
        r"/ocpi/cpo/2\.0/clientinfo/",
        "The example of a URL has another module id and version.",
        "The URL of each platform's own version details is used.",
    ),
    Erratum(
        "Examples",
        OCPI_2_2_1,
        "examples/tariff_put_example.json",
        r"last_updated",
        "The example of a PUT lacks a required field.",
        "An object without it is a finding; the mode `observe` refuses none.",
        missing=True,
    ),
    Erratum(
        "Examples",
        OCPI_2_2_1,
        "examples/location_put_example_add_evse.json",
        r'"power_type"',
        "The connectors of the example lack required fields, and a text is a number.",
        "As above; messages to one party are forwarded whatever is found.",
        missing=True,
    ),
    Erratum(
        "Examples",
        CORE,
        "examples/cdr_example.json",
        r"tax_included",
        "The Tariff in the CDR does not say whether tax is in its prices.",
        "Towards 2.2.1 such a Tariff is left out of the CDR; the totals stay.",
        missing=True,
    ),
    Erratum(
        "Roles",
        CORE,
        "types.asciidoc",
        r"\|\s*PTP\b",
        "Payments is for the role PTP, which the enum does not have.",
        "PTP is read and written with platforms that have Payments; others are told OTHER (D-27).",
        missing=True,
    ),
    Erratum(
        "Module ids",
        CORE,
        "version_information_endpoint.asciidoc",
        r"(?i)invoicereconciliation|payments",
        "The list of module ids lacks those that 2.3.0 has added.",
        "They are advertised by the names of their own pages.",
        missing=True,
    ),
    Erratum(
        "Invoice Reconciliation",
        CORE,
        "mod_invoice_reconciliation.asciidoc",
        r"\| cdrs +\|.*CiString>>\(36\)",
        "Ids of CDRs have 36 characters here and 39 in their own module.",
        "39 are accepted.",
    ),
    Erratum(
        "Payments",
        PAYMENTS,
        "examples/payment_financial_advice_confirmation_example_success.json",
        r'"excl_vat"',
        "The examples have the Price of 2.2.1.",
        "Such a Price passes with a finding.",
    ),
    Erratum(
        "Payments",
        PAYMENTS,
        "examples/payment_terminal_create_minimal.json",
        r"last_updated",
        "Terminals that are created and assigned lack required fields.",
        "They pass; what is missing is a finding.",
        missing=True,
    ),
    Erratum(
        "Bookings",
        BOOKINGS,
        "mod_bookings.asciidoc",
        r"Module Identifier: `Booking`",
        "The module id has another spelling than all of its URLs.",
        "`Booking` is advertised; four spellings are read (D-28).",
    ),
    Erratum(
        "Bookings",
        BOOKINGS,
        "mod_bookings.asciidoc",
        r"bookings/bookinglocations/NL/INF/",
        "The examples of a PATCH have the parts of the URL in another order than its structure.",
        "Both orders are served.",
    ),
    Erratum(
        "Bookings",
        BOOKINGS,
        "mod_bookings.asciidoc",
        r"\|booking_request_id \|",
        "A Booking is PUT by its request_id and got by its id.",
        "Both find it.",
    ),
    Erratum(
        "Bookings",
        BOOKINGS,
        "mod_bookings.asciidoc",
        r"who_canceled +\| <<version_information_endpoint_interface_role_enum, Role>>",
        "The type of who_canceled is called Role and leads to InterfaceRole.",
        "Values of either are read without a finding.",
    ),
    Erratum(
        "Bookings",
        BOOKINGS,
        "examples/booking_example.json",
        r'"party_id": "INF12"',
        "Party ids of the examples have five characters.",
        "Ours have three; longer ones are a finding.",
    ),
    Erratum(
        "Bookings",
        BOOKINGS,
        "mod_cdrs.asciidoc",
        r"\|plain_data .*\(512\)",
        "The branch was begun before the second edition and has its old lengths.",
        "Everything but Bookings itself is taken from the second edition.",
    ),
)
