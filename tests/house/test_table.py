"""No figure stands in the README that one command does not make: the table is that of the kept run."""

from tests.bench.table import README, kept, with_table


def test_the_table_is_that_of_the_kept_run() -> None:
    text = README.read_text()
    assert with_table(text, kept()) == text


def test_a_figure_written_by_hand_is_found() -> None:
    text = README.read_text()
    assert with_table(text.replace(" us (", "1 us (", 1), kept()) == text
