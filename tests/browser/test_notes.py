"""Footnotes beside the text: in the margin of a wide page, and at a touch at the foot of a narrow one."""

from browser.conftest import Blog, View

PAGE = "writing-a-post.html"
NOTE, MARK = ".research-note", ".research-note-mark"


def test_a_wide_page_has_them_in_its_margin(blog: Blog, view: View) -> None:
    with view(width=1280, java_script_enabled=False) as visit:
        visit.page.goto(blog.address + PAGE)
        note, mark = visit.page.locator(NOTE).first, visit.page.locator(MARK).first
        text = visit.page.locator(".prose > p").first.bounding_box()
        beside, at = note.bounding_box(), mark.bounding_box()
        assert text
        assert beside
        assert at
        assert beside["x"] >= text["x"] + text["width"]
        assert beside["x"] + beside["width"] <= 1280
        assert abs(beside["y"] - at["y"]) < 40


def test_a_narrow_page_shows_one_at_a_touch(blog: Blog, view: View) -> None:
    with view(width=390, height=844, java_script_enabled=False, has_touch=True) as visit:
        visit.page.goto(blog.address + PAGE)
        note, mark = visit.page.locator(NOTE).first, visit.page.locator(MARK).first
        assert not note.is_visible()
        mark.scroll_into_view_if_needed()
        mark.tap()
        shown = note.bounding_box()
        assert shown
        assert (shown["x"], shown["width"]) == (0, 390)
        assert round(shown["y"] + shown["height"]) == 844
        visit.page.keyboard.press("Escape")
        assert not note.is_visible()
