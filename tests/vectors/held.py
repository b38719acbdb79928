"""Attacks on rules, seals, governance and peers' policies: their ids, and which tests hold them.

Such an attack takes a whole history, often several policies, so it is told where the code is tested. `python -m
tests.vectors.held` writes the table into docs/attacks.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["HELD", "PAGE", "TESTS", "Held", "main", "table"]

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "attacks.md"


class Held(NamedTuple):
    """One family."""

    id: str
    """P for paths, T for what asks for several people or vouches for others, G for policies in the repository."""
    title: str
    by: tuple[tuple[str, tuple[str, ...]], ...]
    """Files below `tests`, and the names of tests in them."""


_PATHS, _CHANGES, _TREES = "engine/test_rules_paths.py", "store/test_changes.py", "store/test_trees.py"
_TWO, _THRESHOLD, _SEALS = "engine/test_rules_two_person.py", "engine/test_rules_threshold.py", "engine/test_seals.py"
_ROOTS, _LAWS = "engine/governance/test_roots.py", "engine/governance/test_laws_in_force.py"
_MERGES, _PUSHES = "engine/governance/test_merges.py", "engine/governance/test_governed_pushes.py"
_GUIX, _SQ_GIT, _GIT = "sources/test_guix_stories.py", "sources/test_sq_git_stories.py", "oracles/test_git_oracles.py"
_TARGETS = "fuzz/test_targets.py"

HELD = (
    Held(
        "P1",
        "a change hidden in a merge: one that no parent has, or an old version taken back",
        (
            (
                _PATHS,
                ("test_an_evil_merge_brings_a_change_of_its_own", "test_a_merge_takes_the_old_version_of_a_file_back"),
            ),
            (_CHANGES, ("test_a_merge", "test_criss_cross", "test_octopus")),
        ),
    ),
    Held(
        "P2",
        "a guarded file changed under another name: in other case, by a link or a file in the place of its folder",
        (
            (
                _PATHS,
                ("test_every_way_to_change_the_path", "test_a_file_or_folder_that_goes_or_becomes_something_else"),
            ),
            ("policy/test_paths.py", ("test_a_rule_is_touched_widely_and_a_signer_is_confined_narrowly",)),
        ),
    ),
    Held(
        "P3",
        "a tree in which two readers see different files: out of order, a name twice, modes that nobody knows",
        ((_TREES, ("test_outside_the_grammar", "test_cut_off")), (_GIT, ("test_git_fsck_about_trees",))),
    ),
    Held(
        "P4",
        "a missing tree, parent or common ancestor taken for one that changes nothing",
        (
            (_PATHS, ("test_a_tree_that_is_missing_is_not_an_empty_one",)),
            (_CHANGES, ("test_a_missing_object_is_never_an_empty_answer",)),
        ),
    ),
    Held(
        "P5",
        "attributes, merge drivers or replaced objects of the repository decide what a clean merge is",
        (
            (
                "store/test_remerge.py",
                ("test_attributes_and_drivers_have_no_say", "test_replaced_objects_are_not_seen"),
            ),
            ("store/test_mergefile.py", ("test_nothing_of_the_repository_or_the_user_counts",)),
        ),
    ),
    Held(
        "P6",
        "small trees that mean billions of paths, or thousands of levels; patterns that backtrack",
        (
            (
                "store/test_differences.py",
                ("test_a_small_tree_of_very_many_files", "test_trees_thousands_of_levels_deep"),
            ),
            ("policy/test_paths.py", ("test_patterns_do_not_backtrack_without_end",)),
        ),
    ),
    Held(
        "P7", "a bot that leaves the paths it is confined to", ((_PATHS, ("test_a_bot_changes_its_own_files_only",)),)
    ),
    Held(
        "T1",
        "one person alone where two are asked for: pushed directly, by fast-forward, by his own merge",
        (
            (
                _TWO,
                ("test_a_direct_push", "test_a_fast_forward_to_a_topic_branch", "test_one_merges_ones_own"),
            ),
        ),
    ),
    Held(
        "T2",
        "somebody's merge elsewhere borrowed for another ref, or the line exchanged so that the topic is on it",
        (
            (
                _TWO,
                (
                    "test_a_helper_merges_first_and_the_author_brings_it_in",
                    "test_the_topic_becomes_the_first_parent",
                    "test_each_ref_of_a_push_by_its_own_line",
                    "test_what_was_pushed_to_its_own_branch_before_is_judged_as_it_comes",
                ),
            ),
        ),
    ),
    Held(
        "T3",
        "one person counted twice for a threshold: two keys, two tags, a second name of a ref",
        (
            (
                _THRESHOLD,
                (
                    "test_persons_are_counted_and_not_tags_or_keys",
                    "test_a_ref_that_is_named_twice_counts_nothing",
                    "test_a_symbolic_ref_is_no_tag_of_its_own",
                ),
            ),
        ),
    ),
    Held(
        "T4",
        "an approval of something else: of another commit, under another name, wrapped into a tag, of another rule",
        (
            (
                _THRESHOLD,
                (
                    "test_tags_of_another_commit_count_nothing",
                    "test_a_signature_over_another_name_is_wrapped_into_an_approval",
                    "test_the_approvals_of_one_rule_do_not_serve_another",
                ),
            ),
        ),
    ),
    Held(
        "T5",
        "an approval that is refused, that nobody guards, or that the same push takes away",
        (
            (
                _THRESHOLD,
                (
                    "test_an_approval_that_is_refused_counts_nothing",
                    "test_an_approval_that_nobody_guards_counts_nothing",
                    "test_an_approval_that_the_push_deletes_or_moves_away",
                ),
            ),
        ),
    ),
    Held(
        "T6",
        "a seal by somebody's text: quoted, in the subject, below scissors, in another encoding, in a mergetag",
        (
            (
                _SEALS,
                (
                    "test_what_is_no_seal_hides_nothing_and_says_why",
                    "test_what_is_not_even_like_a_seal_is_passed_over",
                    "test_a_mergetag_that_seals_does_not_speak_for_the_commit",
                ),
            ),
            (_GIT, ("test_git_interpret_trailers_about_seals",)),
        ),
    ),
    Held(
        "T7",
        "a seal that does not count elsewhere: refused, excepted, under laxer rules, on an alias, gone after the push",
        (
            (
                _SEALS,
                (
                    "test_a_seal_that_is_refused_is_none",
                    "test_an_exception_makes_no_seal",
                    "test_a_seal_on_a_ref_with_laxer_rules_does_not_help_another",
                    "test_a_tag_that_is_pushed_under_an_alias_seals_nothing",
                    "test_a_seal_tag_counts_as_the_push_leaves_it",
                ),
            ),
        ),
    ),
    Held(
        "T8",
        "what an earlier audit remembered stands in for rules that look at other refs",
        (
            (_TWO, ("test_nothing_is_taken_over_from_an_earlier_audit",)),
            (_THRESHOLD, ("test_nothing_is_taken_over_from_an_earlier_audit",)),
            (_SEALS, ("test_an_audit_without_seals_leaves_nothing_that_hides_one", "test_a_warm_cache_makes_no_seal")),
        ),
    ),
    Held(
        "G1",
        "downgrade: a cache not bound to the root and its signer, so that a wrong signer succeeds (Guix)",
        (
            (_ROOTS, ("test_no_earlier_run_is_believed",)),
            ("peers/test_compatibility.py", ("test_what_an_earlier_run_found_is_no_proof",)),
        ),
    ),
    Held(
        "G2",
        "downgrade: a root that is no ancestor, and nothing to check is read as success (Guix, Bitcoin Core)",
        (
            (
                _ROOTS,
                (
                    "test_what_does_not_descend_from_the_root",
                    "test_what_is_behind_the_root_is_not_judged_but_is_no_success_either",
                    "test_a_range_that_holds_nothing_is_no_success_beside_the_root",
                    "test_an_unrelated_history_stays_refused_whoever_merges_it",
                ),
            ),
            (_GUIX, ("test_a_root_that_is_not_behind_it_makes_nothing_good",)),
        ),
    ),
    Held(
        "G3",
        "a root that its named signer did not sign, or that is no commit here",
        (
            (
                _ROOTS,
                (
                    "test_a_root_that_its_named_signer_did_not_sign",
                    "test_another_signer_than_the_named_one_makes_everything_void",
                    "test_a_root_that_is_no_commit_here_is_an_error_that_names_it",
                ),
            ),
            (_GUIX, ("test_the_introduction_must_be_signed_by_its_signer",)),
        ),
    ),
    Held(
        "G4",
        "somebody authorises himself, in the commit or in the push that uses it",
        (
            (_LAWS, ("test_nobody_adds_himself", "test_unsigned_and_foreign_commits_change_nothing")),
            (_PUSHES, ("test_a_push_uses_no_law_that_it_brings_without_the_right",)),
            (_GUIX, ("test_nobody_lists_himself",)),
        ),
    ),
    Held(
        "G5",
        "the policy removed, broken, or put out of reach by a link, a submodule or a name in other case",
        (
            (_LAWS, ("test_what_is_no_law_is_refused_even_from_owners", "test_a_law_that_cannot_be_read_is_refused")),
            (_GUIX, ("test_authorizations_are_never_taken_away",)),
            (_SQ_GIT, ("test_the_policy_is_never_taken_away",)),
        ),
    ),
    Held(
        "G6",
        "an old policy brought back by a merge, or one of two changes dropped in it",
        (
            (
                _MERGES,
                (
                    "test_taking_back_an_old_law_needs_the_right",
                    "test_taking_one_of_two_changes_changes_the_other",
                    "test_criss_cross_merges_are_taken_at_their_worst",
                ),
            ),
        ),
    ),
    Held(
        "G7",
        "a refused change that takes effect all the same, for its children or through a merge",
        (
            (_LAWS, ("test_a_refused_change_leaves_the_law_as_it_was",)),
            (_MERGES, ("test_the_side_of_a_refused_change_is_none",)),
        ),
    ),
    Held(
        "G8",
        "a policy in the repository that says that nobody is asked: roots, seals, refs, another root",
        (
            (_LAWS, ("test_what_a_law_says_of_history_and_of_roots_is_ignored",)),
            (_ROOTS, ("test_a_root_in_a_law_is_not_asked",)),
            (_GUIX, ("test_no_commit_can_take_a_branch_out_of_judging",)),
        ),
    ),
    Held(
        "G9",
        "commits parked where the rules of a policy in the repository are laxer",
        ((_PUSHES, ("test_commits_parked_on_a_ref_with_laxer_rules_are_judged_again",)),),
    ),
    Held(
        "G10",
        "a peer's file in which two readers see different things",
        (
            ("policy/adapters/test_sexp.py", ("test_what_is_refused",)),
            ("policy/adapters/test_sq_git.py", ("test_what_is_refused",)),
            ("sources/test_bitcoin_folder.py", ("test_a_line_that_is_none_is_named",)),
            ("policy/adapters/test_named.py", ("test_a_folder_never_becomes_an_option",)),
            (_TARGETS, ("test_a_target_passes_some_mutations", "test_a_finding_stays_mended")),
        ),
    ),
    Held(
        "G11",
        "rights of two authorizations united, or a change split so that none asks for the right (sequoia-git)",
        (
            (
                "policy/adapters/test_sq_git.py",
                ("test_rights_of_two_entries_are_not_united", "test_a_change_needs_all_its_rights"),
            ),
        ),
    ),
    Held(
        "G12",
        "a revocation taken out of a certificate, or left out where a second copy of it stands",
        (
            ("policy/adapters/test_sq_git.py", ("test_signatures_may_be_brought_and_not_taken",)),
            ("policy/adapters/test_certificates.py", ("test_nothing_that_one_copy_has_is_lost",)),
            (_SQ_GIT, ("test_a_hard_revocation_counts_in_a_policy_that_is_no_law",)),
        ),
    ),
)


def table() -> str:
    """The table of docs/attacks.md."""
    rows = [f"| {each.id} | {each.title} | {'; '.join(_tests(each))} |" for each in HELD]
    return "\n".join(["| attack | what it is | held by |", "|---|---|---|", *rows])


def _tests(held: Held) -> Iterator[str]:
    for file, names in held.by:
        yield f"`{file}`: {', '.join(f'`{name}`' for name in names)}"


def main() -> None:
    """Write the table."""
    from tests.vectors.attacks import between

    PAGE.write_text(between(PAGE.read_text(encoding="utf-8"), "held", table()), encoding="utf-8")


if __name__ == "__main__":
    main()
