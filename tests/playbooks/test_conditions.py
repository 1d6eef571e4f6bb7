"""Conditions: what holds, why in words, and what is refused."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.playbooks.contracts.resolved import InvalidConditionError
from firstwin.playbooks.rules import conditions, expressions
from tests.factories import playbooks as make


@pytest.mark.parametrize(
    ("condition", "holds", "why"),
    [
        ("", True, "always part of the playbook"),
        ("account.segment == 'mid_market'", True, "account.segment is mid_market"),
        ("account.segment == 'enterprise'", False, "account.segment is mid_market, not enterprise"),
        ("'mid_market' == account.segment", True, "account.segment is mid_market"),
        (
            "account.segment in ['enterprise', 'self_serve']",
            False,
            "account.segment is mid_market, not enterprise or self_serve",
        ),
        ("account.segment != 'enterprise'", True, "account.segment is mid_market, not enterprise"),
        ("account.licensed_seats > 100", True, "account.licensed_seats is 120, which is above 100"),
        ("500 <= account.licensed_seats", False, "account.licensed_seats is 120, which is not at least 500"),
        ("account.licensed_seats > -1", True, "account.licensed_seats is 120, which is above -1"),
        ("'crm' in account.products", True, "account.products includes crm"),
        ("'desk' in account.products", False, "account.products does not include desk"),
        ("project.needs_sso", False, "project.needs_sso is no"),
        ("!project.needs_sso", True, "project.needs_sso is no"),
        ("account.contract_value > 1000", False, "account.contract_value is not known"),
        (
            "!(account.contract_value > 1000)",
            False,
            "account.contract_value is not known, so !(account.contract_value > 1000) is not true",
        ),
        (
            "account.country == 'DE' && account.licensed_seats >= 100",
            True,
            "account.country is DE and account.licensed_seats is 120, which is at least 100",
        ),
        (
            "account.country == 'DE' && account.licensed_seats > 500",
            False,
            "account.licensed_seats is 120, which is not above 500",
        ),
        ("account.country == 'FR' || account.country == 'DE'", True, "account.country is DE"),
        (
            "account.country == 'FR' || project.needs_sso",
            False,
            "account.country is DE, not FR and project.needs_sso is no",
        ),
        (
            "(account.country == 'DE' || project.needs_sso) && true",
            True,
            "account.country is DE",
        ),
        (
            "account.products.exists(p, p == 'crm')",
            True,
            "account.products is crm, so account.products.exists(p, p == 'crm') is true",
        ),
        (
            "account.name.startsWith('North')",
            True,
            "account.name is Northwind Dental, so account.name.startsWith('North') is true",
        ),
        ("account.unheard_of == 'x'", False, "account.unheard_of is not known"),
        ("1 / 0 == 1", False, "it asks about nothing, so 1 / 0 == 1 is not true"),
    ],
)
def test_a_condition_says_whether_it_holds_and_why(condition: str, holds: bool, why: str) -> None:
    verdict = conditions.holds(condition, make.facts())
    assert (verdict.holds, verdict.why) == (holds, why)


@pytest.mark.parametrize(
    ("condition", "code", "column"),
    [
        ("account.segment = 'x'", "condition_syntax", 17),
        ("account.segment == 'x", "condition_syntax", 20),
        ("account.segment ==", "condition_syntax", 19),
        ("account.segment & true", "condition_syntax", 17),
        ("a b", "condition_syntax", 3),
        ("{'a': 1}.a == 1", "condition_syntax", 1),
        ("open('x')", "condition_unknown_function", 1),
        ("account.products.map(p, p)", "condition_unknown_function", 18),
        ("x" * 501, "condition_too_long", 1),
        ("1+" * 90 + "1", "condition_too_long", 1),
        ("(" * 40 + "true" + ")" * 40, "condition_too_long", 21),
        ("[1].all(a, [1].all(b, true))", "condition_too_long", 16),
    ],
)
def test_a_broken_or_too_large_condition_is_refused(condition: str, code: str, column: int) -> None:
    with pytest.raises(InvalidConditionError) as raised:
        conditions.holds(condition, make.facts())
    assert (raised.value.lint_code, raised.value.column) == (code, column)
    assert raised.value.remedy


def test_the_slowest_condition_that_is_allowed_comes_to_an_end() -> None:
    numbers = f"[{', '.join(['1'] * 60)}]"
    assert conditions.holds(f"{numbers}.all(a, a == 1 && {'!' * 20}true)", make.facts()).holds
    slow = f"account.products.all(p, p.matches('{'(a+)+' * 20}b'))"
    assert not conditions.holds(slow, make.facts(products=["a" * 2000] * 200)).holds


@given(st.text(alphabet=st.sampled_from(list("account.segment product&|!=<>()[]'\"0 1,?:-+*")), max_size=60))
@settings(deadline=None)
def test_any_text_is_either_evaluated_or_refused(condition: str) -> None:
    try:
        why = conditions.holds(condition, make.facts()).why
    except InvalidConditionError as error:
        why = error.detail
    assert why


LEAVES = {
    "account.country == 'DE'": True,
    "account.country == 'FR'": False,
    "project.needs_sso": False,
    "'crm' in account.products": True,
}


@st.composite
def combined(draw: st.DrawFn) -> tuple[str, bool]:
    leaf = st.sampled_from(list(LEAVES.items()))

    def join(parts: st.SearchStrategy[tuple[str, bool]]) -> st.SearchStrategy[tuple[str, bool]]:
        both = st.tuples(parts, parts)
        return st.one_of(
            both.map(lambda pair: (f"({pair[0][0]} && {pair[1][0]})", pair[0][1] and pair[1][1])),
            both.map(lambda pair: (f"({pair[0][0]} || {pair[1][0]})", pair[0][1] or pair[1][1])),
            parts.map(lambda part: (f"!({part[0]})", not part[1])),
        )

    return draw(st.recursive(leaf, join, max_leaves=6))


@given(combined())
@settings(deadline=None)
def test_combined_conditions_hold_as_logic_says_and_are_explained(case: tuple[str, bool]) -> None:
    condition, expected = case
    verdict = conditions.holds(condition, make.facts())
    assert verdict.holds is expected
    assert verdict.why


def test_the_words_show_fields_and_comparisons() -> None:
    words = expressions.words_of("account.a.b == -2 && (\"x\" in account.c || project.d in ['y', 1.5, true, null])")
    assert [field.name for field in expressions.fields_in(words)] == ["account.a.b", "account.c", "project.d"]
    found = {(item.field.name, item.sign): item.values for item in expressions.comparisons_in(words)}
    assert found == {
        ("account.a.b", "=="): (-2,),
        ("account.c", "contains"): ("x",),
        ("project.d", "in"): ("y", 1.5, True, None),
    }


def test_the_name_of_a_loop_is_no_field() -> None:
    words = expressions.words_of("account.products.exists(p, p == 'crm')")
    assert [field.name for field in expressions.fields_in(words)] == ["account.products"]


def test_splitting_respects_brackets_and_choices() -> None:
    assert expressions.split("a && (b && c) && d", "&&") == ("a", "(b && c)", "d")
    assert expressions.split("a ? b && c : d", "&&") == ("a ? b && c : d",)
    assert expressions.without_brackets("((a))") == "a"
    assert expressions.without_brackets("(a) && (b)") == "(a) && (b)"
    assert list(itertools.chain(expressions.split("a", "||"))) == ["a"]
