from pricecheck.report.formats import render
from pricecheck.report.model import RenderOptions
from tests.report.readers import parsed_xml
from tests.report.samples import NASTY, nasty_report, report, sample


def test_junit_sample() -> None:
    root = parsed_xml(render("junit", sample(), RenderOptions()))
    assert root.attrib == {"name": "pricecheck", "tests": "4", "failures": "3", "errors": "0"}
    clean, broken = root
    assert clean.attrib == {"name": "clean.yaml", "tests": "1", "failures": "0", "errors": "0", "skipped": "0"}
    assert [len(case) for case in clean] == [0]
    assert broken.attrib["name"] == "gateway.yaml"
    assert [case.attrib["name"] for case in broken] == [
        "PC101[raw-unit-price] at 4:12",
        "PC203[shadowed-route] at 5:3",
        "PC208[dropped-field] at 8:5",
    ]
    failure = broken[0][0]
    assert failure.attrib == {"type": "error: mischarges", "message": '"$5" charges 5 smallest units, $0.000005'}
    assert failure.text == (
        'gateway.yaml:4:12: PC101[raw-unit-price] "$5" charges 5 smallest units, $0.000005\nhelp: write "$5.00"'
    )


def test_junit_stays_xml_whatever_the_config_says() -> None:
    text = render("junit", nasty_report(), RenderOptions())
    text.encode("utf-8")
    root = parsed_xml(text)
    messages = [failure.attrib["message"] for failure in root.iter("failure")]
    assert len(messages) == len(NASTY)
    for readable in ("]]> and <![CDATA[", "<script>alert(1)</script>", "🙂", r"nul \x00 and \x1f and \x7f and \x9b"):
        assert readable in messages


def test_junit_without_files_is_an_empty_run() -> None:
    root = parsed_xml(render("junit", report(files=()), RenderOptions()))
    assert (root.attrib["tests"], len(root)) == ("0", 0)
