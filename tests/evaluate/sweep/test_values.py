"""The values of an input, as the command line has them."""

import pytest

from evaluate.sweep.values import ValuesError, read_values


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("18:30:4", ("18", "22", "26", "30")),
        ("18:31:4", ("18", "22", "26", "30")),
        ("0.1:0.3:0.1", ("0.1", "0.2", "0.3")),
        ("2 min:6 min:2 min", ("2 min", "4 min", "6 min")),
        ("2:6:2 min", ("2 min", "4 min", "6 min")),
        ("30 s:2 min:30 s", ("30 s", "60 s", "90 s", "120 s")),
        ("24 EUR/h:26 EUR/h:1 EUR/h", ("24 EUR/h", "25 EUR/h", "26 EUR/h")),
        ("2 %:8 %:3 %", ("2 %", "5 %", "8 %")),
        ("x 0.8:1.2:0.2", ("x 0.8", "x 1", "x 1.2")),
        ("x 0.8:1.2:0.2 rounded up", ("x 0.8 rounded up", "x 1 rounded up", "x 1.2 rounded up")),
        ("-20 %:+20 %:20 %", ("-20 %", "+0 %", "+20 %")),
        ("-20 %:20 %:20 %", ("-20 %", "+0 %", "+20 %")),
        ("-2 %/year:2 %/year:2 %/year", ("-2 %/year", "0 %/year", "2 %/year")),
        ("- 2 min:+ 2 min:2 min", ("- 2 min", "+ 0 min", "+ 2 min")),
        ("1:64:*4", ("1", "4", "16", "64")),
        ("a,b,c", ("a", "b", "c")),
        ("18", ("18",)),
        ("mon-sat 08:00-20:00,always", ("mon-sat 08:00-20:00", "always")),
        ("[phone, chat],[chat]", ("[phone, chat]", "[chat]")),
        ("move 10 % to chat, move 20 % to chat", ("move 10 % to chat", "move 20 % to chat")),
    ],
)
def test_what_is_written_stands_for(text, texts):
    assert read_values(text).texts == texts


@pytest.mark.parametrize(
    ("text", "wrong", "at"),
    [
        ("", "no values", 0),
        ("5:2:1", "not above the first", 2),
        ("1:5:0", "a step is above 0", 4),
        ("1:5:x", "is no step", 4),
        ("0:8:*2", "starts above 0", 4),
        ("1:8:*1", "starts above 0", 4),
        ("1 s:2 EUR:1 s", "different units", 4),
        ("0:5 log", "starts above 0", 0),
        ("a,,b", "missing", 2),
        ("a,b,a", "given twice", 4),
        ("[a,b", "never closed", 0),
        ("0:1:0.0000001", "10,000,001 values", 4),
    ],
)
def test_what_cannot_be_read_is_placed(text, wrong, at):
    with pytest.raises(ValuesError, match=wrong) as found:
        read_values(text)
    assert found.value.at == at


def test_numbers_are_those_of_the_texts_where_all_are_of_a_kind():
    assert read_values("10,30,20").numbers == (10.0, 30.0, 20.0)
    assert read_values("10 s,30 s").numbers == (10.0, 30.0)
    assert read_values("10 s,1 min").numbers == ()
    assert read_values("10,x 2").numbers == ()


def test_a_draw_lies_between_the_ends_evenly_in_its_scale():
    plain, log = read_values("10:30"), read_values("1:100 log")
    assert plain.draw(0.5) == ("20", 20.0)
    assert log.draw(0.5) == ("10", 10.0)
    assert read_values("10 s:30 s").draw(0.25) == ("15 s", 15.0)
    assert read_values("x 0.5:1.5").draw(0.1, whole=True) == ("x 0.6 rounded", 0.6)
    assert plain.draw(0.33, whole=True) == ("17", 17.0)
    assert read_values("a,b").draw(0.49) == ("a", None)
    assert read_values("a,b").draw(0.51) == ("b", None)
