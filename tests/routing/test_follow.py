"""Where a walk through a list goes next, case by case."""

import pytest

from hub.ocpi.message import Answer
from hub.routing.follow import Page, Step, first_page, next_step

ENDPOINT = "https://cpo.example/ocpi/locations"
FIRST = f"{ENDPOINT}?offset=0&limit=100"
LATER = f"{ENDPOINT}?date_from=2026-01-01T00%3A00%3A00.000Z&offset=200&limit=100&cursor=abc"


def step(url: str, count: int, **headers: str) -> Step:
    got = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return next_step(Answer(200, got, b""), Page(url, ENDPOINT, 100, count))


def after(url: str, count: int, **headers: str) -> str:
    """The next URL, below the endpoint; empty at the end."""
    return step(url, count, **headers).url.removeprefix(ENDPOINT)


def test_the_beginning() -> None:
    assert first_page(ENDPOINT, 100) == FIRST
    assert first_page(f"{ENDPOINT}/", 50, "2026-01-01T00:00:00.000Z") == (
        f"{ENDPOINT}/?date_from=2026-01-01T00%3A00%3A00.000Z&offset=0&limit=50"
    )


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (f'<{ENDPOINT}?page=2>; rel="next"', f"{ENDPOINT}?page=2"),
        ("</elsewhere/7>; rel=next", "https://cpo.example/elsewhere/7"),
        ('<?offset=100>; rel="next"', f"{ENDPOINT}?offset=100"),
        ('<//cpo.example/x>; rel="next"', "https://cpo.example/x"),
    ],
)
def test_a_link_of_the_same_origin_is_followed_as_it_stands(link: str, url: str) -> None:
    assert step(FIRST, 0, link=link) == Step(url)


@pytest.mark.parametrize(
    "link",
    [
        "http://cpo.example/ocpi/locations?offset=100&limit=9",  # behind a proxy
        "https://cpo.example:8443/ocpi/locations?offset=100&limit=9",
        "https://evil.example/steal?offset=100&limit=9",
        "https://cpo.example@evil.example/?offset=100&limit=9",
        "file://x/etc/passwd?offset=100&limit=9",
    ],
)
def test_a_link_elsewhere_gives_its_query_and_nothing_else(link: str) -> None:
    found = step(FIRST, 100, link=f'<{link}>; rel="next"')
    assert found.url == f"{ENDPOINT}?offset=100&limit=9"
    assert "not followed" in found.remark


@pytest.mark.parametrize("link", ["https://evil.example/steal", "http://[broken?offset=1", ""])
def test_a_useless_link_is_none(link: str) -> None:
    assert after(FIRST, 10, link=f'<{link}>; rel="next"', x_total_count="25") == (
        "?limit=100&offset=10"
    )


@pytest.mark.parametrize(
    ("count", "headers", "query"),
    [
        (100, {"x_total_count": "250"}, "?limit=100&offset=100"),
        (50, {"x_total_count": "250"}, "?limit=100&offset=50"),  # a smaller page than asked for
        (25, {"x_total_count": "25"}, ""),
        (25, {}, ""),
        (100, {}, "?limit=100&offset=100"),  # a full page, and no word of the total
        (100, {"x_total_count": "undefined"}, "?limit=100&offset=100"),
        (100, {"x_total_count": "100"}, "?limit=100&offset=100"),  # or is it the page's size?
        (50, {"x_total_count": "50", "x_limit": "50"}, "?limit=100&offset=50"),
        (50, {"x_limit": "50"}, "?limit=100&offset=50"),
        (49, {"x_limit": "50"}, ""),
        (300, {"x_total_count": "300"}, ""),  # limit is ignored
        (0, {"x_total_count": "0"}, ""),
        (0, {}, ""),
        (25, {"x_total_count": "9" * 40}, ""),
        (25, {"x_total_count": "-1"}, ""),
    ],
)
def test_without_a_link_the_offset_is_counted(
    count: int, headers: dict[str, str], query: str
) -> None:
    assert after(FIRST, count, **headers) == query


def test_filters_are_kept_and_cursors_are_not() -> None:
    date_from = "date_from=2026-01-01T00%3A00%3A00.000Z"
    assert after(LATER, 10, x_total_count="300") == f"?{date_from}&limit=100&offset=210"


def test_an_end_before_the_total_is_not_the_end_of_the_list() -> None:
    assert not step(LATER, 0, x_total_count="300").is_whole
    assert step(LATER, 0, x_total_count="200").is_whole


def test_after_links_without_an_offset_their_end_is_the_end() -> None:
    assert step(f"{ENDPOINT}?page=9", 100, x_total_count="2000") == Step()
