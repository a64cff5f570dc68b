"""Where the simulated sites are: European cities with their middle, and streets by country.

Coordinates are those of the cities' centres; the streets have names as one finds them in almost
every town of the country. Nothing here names a company or a person.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """`code` is alpha-2 (party ids), `alpha3` is what a Location says. `number_first`: 12 rue X.
    `postal` is a pattern in which 9 stands for a digit and A for a letter."""

    code: str
    alpha3: str
    currency: str
    vat: int
    language: str
    postal: str
    number_first: bool
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    name: str
    short: str
    country: Country
    latitude: float
    longitude: float
    time_zone: str


NL = Country(
    "NL", "NLD", "EUR", 21, "nl", "9999 AA", False,
    ("Stationsplein", "Havenkade", "Molenweg", "Lindelaan", "Parallelweg", "Kerkstraat",
     "Industrieweg", "Schoolstraat", "Beukenlaan", "Marktplein"),
)  # fmt: skip
DE = Country(
    "DE", "DEU", "EUR", 19, "de", "99999", False,
    ("Bahnhofstraße", "Hauptstraße", "Lindenallee", "Gartenweg", "Industriestraße", "Am Markt",
     "Ringstraße", "Mühlenweg", "Uferstraße", "Bergstraße"),
)  # fmt: skip
BE = Country(
    "BE", "BEL", "EUR", 21, "nl", "9999", False,
    ("Stationsstraat", "Kerkstraat", "Nieuwstraat", "Molenstraat", "Veldstraat", "Dorpsplein"),
)  # fmt: skip
FR = Country(
    "FR", "FRA", "EUR", 20, "fr", "99999", True,
    ("rue de la Gare", "avenue des Tilleuls", "rue du Moulin", "place du Marché", "quai du Port",
     "rue des Écoles", "boulevard du Parc", "chemin des Vignes"),
)  # fmt: skip
GB = Country(
    "GB", "GBR", "GBP", 20, "en", "AA9 9AA", True,
    ("Station Road", "High Street", "Mill Lane", "Church Road", "Park Avenue", "Quay Street",
     "Orchard Way", "Bridge Street"),
)  # fmt: skip
IE = Country(
    "IE", "IRL", "EUR", 23, "en", "A99 A9A9", True,
    ("Main Street", "Harbour Road", "Station Road", "Chapel Lane", "Canal Walk"),
)  # fmt: skip
ES = Country(
    "ES", "ESP", "EUR", 21, "es", "99999", False,
    ("Calle Mayor", "Avenida de la Estación", "Calle del Molino", "Plaza del Mercado",
     "Paseo Marítimo", "Calle de los Olivos"),
)  # fmt: skip
PT = Country(
    "PT", "PRT", "EUR", 23, "pt", "9999-999", False,
    ("Rua da Estação", "Avenida da Liberdade", "Rua do Moinho", "Largo do Mercado", "Rua do Porto"),
)  # fmt: skip
IT = Country(
    "IT", "ITA", "EUR", 22, "it", "99999", False,
    ("Via della Stazione", "Via dei Tigli", "Piazza del Mercato", "Viale del Parco",
     "Via del Mulino", "Via del Porto"),
)  # fmt: skip
AT = Country(
    "AT", "AUT", "EUR", 20, "de", "9999", False,
    ("Bahnhofstraße", "Hauptplatz", "Lindengasse", "Mühlgasse", "Ringweg", "Gartengasse"),
)  # fmt: skip
CH = Country(
    "CH", "CHE", "CHF", 8, "de", "9999", False,
    ("Bahnhofplatz", "Dorfstrasse", "Seestrasse", "Industriestrasse", "Lindenweg", "Mühleweg"),
)  # fmt: skip
DK = Country(
    "DK", "DNK", "DKK", 25, "da", "9999", False,
    ("Stationsvej", "Havnegade", "Skolevej", "Møllevej", "Lindealle", "Torvet"),
)  # fmt: skip
SE = Country(
    "SE", "SWE", "SEK", 25, "sv", "999 99", False,
    ("Stationsgatan", "Storgatan", "Hamngatan", "Skolvägen", "Kvarnvägen", "Lindallén"),
)  # fmt: skip
NO = Country(
    "NO", "NOR", "NOK", 25, "no", "9999", False,
    ("Stasjonsveien", "Storgata", "Havnegata", "Skoleveien", "Mølleveien", "Torget"),
)  # fmt: skip
FI = Country(
    "FI", "FIN", "EUR", 25, "fi", "99999", False,
    ("Asemakatu", "Satamakatu", "Koulukatu", "Puistotie", "Myllytie", "Kauppatori"),
)  # fmt: skip
PL = Country(
    "PL", "POL", "PLN", 23, "pl", "99-999", False,
    ("ulica Dworcowa", "ulica Lipowa", "ulica Młyńska", "ulica Szkolna", "ulica Portowa", "Rynek"),
)  # fmt: skip
CZ = Country(
    "CZ", "CZE", "CZK", 21, "cs", "999 99", False,
    ("Nádražní", "Lipová", "Školní", "Mlýnská", "Zahradní", "Náměstí"),
)  # fmt: skip

CITIES = (
    City("Amsterdam", "AMS", NL, 52.3730, 4.8924, "Europe/Amsterdam"),
    City("Rotterdam", "RTM", NL, 51.9225, 4.4792, "Europe/Amsterdam"),
    City("Utrecht", "UTC", NL, 52.0907, 5.1214, "Europe/Amsterdam"),
    City("Eindhoven", "EIN", NL, 51.4416, 5.4697, "Europe/Amsterdam"),
    City("Groningen", "GRQ", NL, 53.2194, 6.5665, "Europe/Amsterdam"),
    City("Berlin", "BER", DE, 52.5200, 13.4050, "Europe/Berlin"),
    City("Hamburg", "HAM", DE, 53.5511, 9.9937, "Europe/Berlin"),
    City("München", "MUC", DE, 48.1374, 11.5755, "Europe/Berlin"),
    City("Köln", "CGN", DE, 50.9375, 6.9603, "Europe/Berlin"),
    City("Leipzig", "LEJ", DE, 51.3397, 12.3731, "Europe/Berlin"),
    City("Antwerpen", "ANR", BE, 51.2194, 4.4025, "Europe/Brussels"),
    City("Gent", "GNE", BE, 51.0543, 3.7174, "Europe/Brussels"),
    City("Paris", "PAR", FR, 48.8566, 2.3522, "Europe/Paris"),
    City("Lyon", "LYS", FR, 45.7640, 4.8357, "Europe/Paris"),
    City("Bordeaux", "BOD", FR, 44.8378, -0.5792, "Europe/Paris"),
    City("Marseille", "MRS", FR, 43.2965, 5.3698, "Europe/Paris"),
    City("Lille", "LIL", FR, 50.6292, 3.0573, "Europe/Paris"),
    City("London", "LON", GB, 51.5074, -0.1278, "Europe/London"),
    City("Manchester", "MAN", GB, 53.4808, -2.2426, "Europe/London"),
    City("Edinburgh", "EDI", GB, 55.9533, -3.1883, "Europe/London"),
    City("Bristol", "BRS", GB, 51.4545, -2.5879, "Europe/London"),
    City("Dublin", "DUB", IE, 53.3498, -6.2603, "Europe/Dublin"),
    City("Madrid", "MAD", ES, 40.4168, -3.7038, "Europe/Madrid"),
    City("Barcelona", "BCN", ES, 41.3874, 2.1686, "Europe/Madrid"),
    City("Valencia", "VLC", ES, 39.4699, -0.3763, "Europe/Madrid"),
    City("Lisboa", "LIS", PT, 38.7223, -9.1393, "Europe/Lisbon"),
    City("Porto", "OPO", PT, 41.1579, -8.6291, "Europe/Lisbon"),
    City("Milano", "MIL", IT, 45.4642, 9.1900, "Europe/Rome"),
    City("Torino", "TRN", IT, 45.0703, 7.6869, "Europe/Rome"),
    City("Bologna", "BLQ", IT, 44.4949, 11.3426, "Europe/Rome"),
    City("Wien", "VIE", AT, 48.2082, 16.3738, "Europe/Vienna"),
    City("Graz", "GRZ", AT, 47.0707, 15.4395, "Europe/Vienna"),
    City("Zürich", "ZRH", CH, 47.3769, 8.5417, "Europe/Zurich"),
    City("Basel", "BSL", CH, 47.5596, 7.5886, "Europe/Zurich"),
    City("København", "CPH", DK, 55.6761, 12.5683, "Europe/Copenhagen"),
    City("Aarhus", "AAR", DK, 56.1629, 10.2039, "Europe/Copenhagen"),
    City("Stockholm", "STO", SE, 59.3293, 18.0686, "Europe/Stockholm"),
    City("Göteborg", "GOT", SE, 57.7089, 11.9746, "Europe/Stockholm"),
    City("Oslo", "OSL", NO, 59.9139, 10.7522, "Europe/Oslo"),
    City("Helsinki", "HEL", FI, 60.1699, 24.9384, "Europe/Helsinki"),
    City("Warszawa", "WAW", PL, 52.2297, 21.0122, "Europe/Warsaw"),
    City("Kraków", "KRK", PL, 50.0647, 19.9450, "Europe/Warsaw"),
    City("Praha", "PRG", CZ, 50.0755, 14.4378, "Europe/Prague"),
    City("Brno", "BRQ", CZ, 49.1951, 16.6068, "Europe/Prague"),
)
