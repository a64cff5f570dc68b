"""The time zone of countries that lie in one, by ISO 3166-1 alpha-3 code (IANA time zone data).

Overseas parts with codes of their own are not meant. A country that is not here has several zones,
or none of ours has charge points there yet: then the owner's Locations need a configured one.
"""

_LINES = """
ALB Europe/Tirane
AND Europe/Andorra
ARE Asia/Dubai
AUT Europe/Vienna
BEL Europe/Brussels
BGR Europe/Sofia
BHR Asia/Bahrain
BIH Europe/Sarajevo
BLR Europe/Minsk
CHE Europe/Zurich
COL America/Bogota
CRI America/Costa_Rica
CZE Europe/Prague
DEU Europe/Berlin
DNK Europe/Copenhagen
EGY Africa/Cairo
EST Europe/Tallinn
FIN Europe/Helsinki
FRA Europe/Paris
GBR Europe/London
GEO Asia/Tbilisi
GGY Europe/Guernsey
GIB Europe/Gibraltar
GRC Europe/Athens
HKG Asia/Hong_Kong
HRV Europe/Zagreb
HUN Europe/Budapest
IMN Europe/Isle_of_Man
IND Asia/Kolkata
IRL Europe/Dublin
ISL Atlantic/Reykjavik
ISR Asia/Jerusalem
ITA Europe/Rome
JEY Europe/Jersey
JOR Asia/Amman
JPN Asia/Tokyo
KEN Africa/Nairobi
KOR Asia/Seoul
KWT Asia/Kuwait
LIE Europe/Vaduz
LTU Europe/Vilnius
LUX Europe/Luxembourg
LVA Europe/Riga
MAR Africa/Casablanca
MCO Europe/Monaco
MDA Europe/Chisinau
MKD Europe/Skopje
MLT Europe/Malta
MNE Europe/Podgorica
NLD Europe/Amsterdam
NOR Europe/Oslo
OMN Asia/Muscat
POL Europe/Warsaw
QAT Asia/Qatar
ROU Europe/Bucharest
SAU Asia/Riyadh
SGP Asia/Singapore
SMR Europe/San_Marino
SRB Europe/Belgrade
SVK Europe/Bratislava
SVN Europe/Ljubljana
SWE Europe/Stockholm
THA Asia/Bangkok
TUN Africa/Tunis
TUR Europe/Istanbul
TWN Asia/Taipei
URY America/Montevideo
VAT Europe/Vatican
XKX Europe/Belgrade
ZAF Africa/Johannesburg
"""

ONE_ZONE = dict(line.split() for line in _LINES.strip().splitlines())
