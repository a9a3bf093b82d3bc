import subprocess
import sys

from pricecheck.fingerprints import stamp_fingerprints

PATH = ("routes", "GET /data", "price")


def test_same_finding_keeps_its_fingerprint_when_lines_and_the_checkout_move() -> None:
    before = stamp_fingerprints([("PC101", "a.yaml", PATH, '    price: "$5"')])
    after = stamp_fingerprints([("PC102", "/ci/a.yaml", (), "x"), ("PC101", "/ci/a.yaml", PATH, '  price: "$6"')])
    assert before == after[1:]


def test_without_a_config_path_the_source_line_is_the_identity_but_not_its_indentation() -> None:
    indented, flush, other = stamp_fingerprints(
        [("PC001", "a.yaml", (), "  - [x"), ("PC001", "b.yaml", (), "- [x  "), ("PC001", "c.yaml", (), "- [y")]
    )
    assert indented == flush
    assert other != flush


def test_findings_at_one_place_of_a_file_differ_and_files_do_not_count_for_each_other() -> None:
    first, second, elsewhere = stamp_fingerprints(
        [("PC101", "a.yaml", PATH, ""), ("PC101", "a.yaml", PATH, ""), ("PC101", "b.yaml", PATH, "")]
    )
    assert first != second
    assert first == elsewhere


def test_places_that_join_to_the_same_text_differ() -> None:
    paths = [("a", "b"), ("ab",), ("a/b",), ("a", 1), ("a", "1"), (1, "a"), ("a1:1",), ("1:a",), ("s1:a",)]
    prints = stamp_fingerprints([("PC101", f"{number}.yaml", path, "") for number, path in enumerate(paths)])
    assert len(set(prints)) == len(paths)


def test_rule_is_part_of_the_identity() -> None:
    one, other = stamp_fingerprints([("PC101", "a.yaml", PATH, ""), ("PC102", "a.yaml", PATH, "")])
    assert one != other


def test_lone_surrogate_in_a_key_is_no_obstacle() -> None:
    (print_,) = stamp_fingerprints([("PC101", "a.json", ("routes", "\ud800"), "")])
    assert len(print_) == 32


def test_fingerprints_do_not_depend_on_the_hash_seed() -> None:
    code = f"from pricecheck.fingerprints import *; print(stamp_fingerprints([('PC101', 'a', {PATH!r}, '')])[0])"
    seeds = ("1", "2")
    prints = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in seeds
    }
    assert prints == {stamp_fingerprints([("PC101", "a", PATH, "")])[0].encode() + b"\n"}
