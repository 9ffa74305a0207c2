"""What a file is, found out before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.integrations.imports import reader
from app.integrations.imports.reader import FileRefused
from tests.imports.conftest import SAMPLE

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("name", "encoding", "has_bom", "delimiter", "lines"),
    [
        ("partners.csv", "utf-8", True, ",", 8),
        ("products.csv", "cp1252", False, ";", 6),
        ("sales.csv", "utf-8", True, ";", 240),
    ],
)
def test_the_sample_is_recognised(
    ctx: Any, name: str, encoding: str, has_bom: bool, delimiter: str, lines: int
) -> None:
    facts = reader.inspect(SAMPLE / name)
    assert (facts.encoding, facts.has_bom, facts.delimiter) == (encoding, has_bom, delimiter)
    assert facts.line_count == lines == len(list(reader.records(facts)))
    assert facts.is_guessed is (encoding == "cp1252")


def test_tabs_and_a_separator_line_are_understood(ctx: Any, write: Write) -> None:
    assert reader.inspect(write("a\tb", "1\t2")).delimiter == "\t"
    facts = reader.inspect(write("sep=;", "a;b", "1;2"))
    assert (facts.header, facts.line_count) == (("a", "b"), 1)
    assert list(reader.records(facts)) == [(3, ["1", "2"])]


def test_line_numbers_survive_values_of_several_lines(ctx: Any, write: Write) -> None:
    facts = reader.inspect(write("a,b", '"one\ntwo",2', "", "3,4"))
    assert [line for line, _row in reader.records(facts)] == [2, 5]


def test_utf_16_is_read(ctx: Any, write: Write) -> None:
    facts = reader.inspect(write("a\tb", "é\t2", encoding="utf-16"))
    assert (facts.encoding, list(reader.records(facts))) == ("utf-16", [(2, ["é", "2"])])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n \n", "The file holds no text."),
        (b"a,b\n", "column names and no line below"),
        (b"PK\x03\x04rest of a workbook", "workbook"),
        (b"\x00\x01\x02\x03binary\x00", "binary file"),
        (bytes(range(256)) * 9, "binary file"),
        (b"a,b\n1,2\n3,4\n5", "breaks off in the middle of line 4"),
        (b'a,b\n1,2\n3,"half a va', "breaks off in the middle of line 3"),
        (b"a,b\n1,10.50\n2,22.97\n3,22.9", "breaks off in the middle of line 4"),
        (b'a,b\n1,"two" x\n', "quotation mark"),
        (b"\xef\xbb\xbfa,b\n\xff\xfe,1\n", "neither UTF-8 nor Windows-1252"),
        (b"a,b\nx\x81,1\n", "neither UTF-8 nor Windows-1252"),
        ("a,b\n1,x\x00y\n".encode("utf-16"), "binary file"),
        ("a\x00,b\n1,2\n".encode("utf-16"), "binary file"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_one_sentence(
    ctx: Any, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        reader.inspect(path)
    message = str(refused.value.message)
    assert sentence in message
    assert "\n" not in message


def test_a_missing_file_and_a_huge_one_are_refused(ctx: Any, write: Write, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no file"):
        reader.inspect(tmp_path / "nothing.csv")
    with pytest.raises(FileRefused, match="no file"):
        reader.inspect(tmp_path)
    path = write("a,b", *["1,2"] * 20)
    with pytest.raises(FileRefused, match="more than 10 lines"):
        reader.inspect(path, max_lines=10)
    with pytest.raises(FileRefused, match="larger than"):
        reader.inspect(path, max_bytes=30)


def test_a_last_line_without_end_is_taken_and_said(ctx: Any, write: Write) -> None:
    facts = reader.inspect(write("a,b", "1,10.50", "2,22.97", last=""))
    assert (facts.line_count, facts.ends_with_newline) == (2, False)


def test_a_file_cut_anywhere_inside_a_line_of_the_sample_never_passes_as_whole(
    ctx: Any, tmp_path: Path
) -> None:
    whole = (SAMPLE / "sales.csv").read_bytes()
    path = tmp_path / "half.csv"
    for size in range(len(whole) // 2, len(whole) // 2 + 120):
        path.write_bytes(whole[:size])
        is_at_line_end = whole[size - 1 : size] == b"\n" or whole[size : size + 1] == b"\n"
        try:
            reader.inspect(path)
            was_taken = True
        except FileRefused:
            was_taken = False
        assert was_taken == is_at_line_end
