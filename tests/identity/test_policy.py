"""What each role may do, and whose records it reaches."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.identity import SCOPES, Principal, Role
from carelog.identity.grants import Access, Grant
from carelog.identity.policy import POLICY, Reach, principal_of
from carelog.kit.errors import Forbidden
from carelog.kit.ids import new_id

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OWN, OTHER, THIRD = (new_id() for _ in range(3))


class Person:
    def __init__(self, role: Role, subject_id: UUID | None = OWN) -> None:
        self.id = new_id()
        self.role: Role = role
        self.subject_id = subject_id


def grant_of(subject: UUID, access: Access = "full", *, ends: timedelta | None = None, revoked: bool = False) -> Grant:
    return Grant(
        id=new_id(),
        subject_id=subject,
        email=None,
        user_id=new_id(),
        access=access,
        given_by="operator",
        given_at=NOW,
        expires_at=None if ends is None else NOW + ends,
        revoked_at=NOW if revoked else None,
        revoked_by=None,
    )


def principal(role: Role, *grants: Grant, sees: Reach = "granted") -> Principal:
    return principal_of(Person(role), grants, NOW, clinicians_see=sees)


@pytest.mark.parametrize("role", POLICY)
def test_one_sees_and_changes_ones_own_record(role: Role) -> None:
    who = principal(role)
    assert who.may_see(OWN)
    assert who.may_change(OWN)
    assert who.own == OWN


@pytest.mark.parametrize("role", ["patient", "carer", "clinician"])
def test_a_record_of_another_takes_a_grant(role: Role) -> None:
    assert not principal(role).may_see(OTHER)
    granted = principal(role, grant_of(OTHER))
    assert granted.may_see(OTHER)
    assert granted.may_change(OTHER)
    assert not granted.may_see(THIRD)


@pytest.mark.parametrize("role", ["patient", "carer", "clinician"])
def test_a_read_only_grant_is_to_read(role: Role) -> None:
    who = principal(role, grant_of(OTHER, "read_only"))
    assert who.may_see(OTHER)
    assert not who.may_change(OTHER)
    with pytest.raises(Forbidden):
        who.require_change(OTHER)


@pytest.mark.parametrize("gone", [{"ends": timedelta(0)}, {"ends": -timedelta(days=1)}, {"revoked": True}])
def test_a_grant_that_ended_or_was_taken_back_opens_nothing(gone: dict[str, timedelta]) -> None:
    assert not principal("carer", grant_of(OTHER, **gone)).may_see(OTHER)  # type: ignore[arg-type]
    assert principal("carer", grant_of(OTHER, ends=timedelta(seconds=1))).may_see(OTHER)


def test_clinicians_see_all_only_where_the_installation_says_so() -> None:
    assert not principal("clinician").may_see(OTHER)
    assert principal("clinician", sees="all").may_see(OTHER)
    assert not principal("carer", sees="all").may_see(OTHER)


def test_an_administrator_sees_all_and_nobody_else_may_manage_users() -> None:
    assert principal("admin").may_change(OTHER)
    assert principal("admin").scopes == frozenset(SCOPES)
    for role in ("patient", "carer", "clinician"):
        extraordinary = {"users:manage", "audit:read", "records:erase", "config:write", "egress:pop"}
        assert not principal(role).scopes & extraordinary  # type: ignore[arg-type]


def test_every_scope_of_the_policy_is_one_that_there_is() -> None:
    assert all(rule.scopes <= set(SCOPES) for rule in POLICY.values())


@given(
    st.sampled_from(["patient", "carer", "clinician"]),
    st.lists(
        st.builds(
            grant_of,
            st.sampled_from([OWN, OTHER, THIRD]),
            st.sampled_from(["full", "read_only"]),
            ends=st.none() | st.timedeltas(min_value=-timedelta(days=9), max_value=timedelta(days=9)),
            revoked=st.booleans(),
        )
    ),
)
def test_whatever_was_granted_no_more_is_seen(role: Role, grants: list[Grant]) -> None:
    who = principal(role, *grants)
    in_force = [grant for grant in grants if grant.in_force(NOW)]
    for subject in (OWN, OTHER, THIRD):
        theirs = [grant.access for grant in in_force if grant.subject_id == subject]
        assert who.may_see(subject) == (subject == OWN or bool(theirs))
        assert who.may_change(subject) == (subject == OWN or "full" in theirs)
