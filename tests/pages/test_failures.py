"""Pages for when something is wrong: they need no database, no person and no request."""

import pytest
from django.template import loader
from django.test import Client


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_it_says_what_happened_without_anything_else_working(name: str) -> None:
    page = loader.render_to_string(f"{name}.html")
    assert "<h1>" in page
    assert "/static/css/tokens.css" in page


def test_it_tries_again_by_itself_while_the_database_is_away() -> None:
    assert 'http-equiv="refresh"' in loader.render_to_string("503.html")


def test_it_explains_a_form_that_is_too_old(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/account/sign-in/", {"username": "a@example.com"})
    assert response.status_code == 403
    assert b"This page was too old" in response.content


def test_it_keeps_scripts_and_styles_out_of_the_page(client: Client, db: None) -> None:
    response = client.get("/account/sign-in/")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert b"style=" not in response.content
    assert b"<style" not in response.content
    assert response.content.count(b"<script") == response.content.count(b" src=")
