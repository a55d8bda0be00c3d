"""What the window promises in each situation, and the tests that prove it: a table that cannot rot.

Each situation of the specification has its promise and the tests (`room/module::name`) that drive
it; a test that is renamed or taken away is missed here.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SPECIFICATION = Path(__file__).resolve().parents[3] / "shared" / "ux.md"

TABLE: dict[str, tuple[str, str]] = {
    "first run": (
        "one action, one sentence on privacy; the whole window takes drops; side panels hidden",
        """
        desktop_app/panels/empty_state::first_run_has_one_action_and_one_promise
        desktop_app/window/main_window::first_run_then_a_dropped_folder
        desktop_app/window/adding::common_labels_are_offered_once_and_tag_at_once
        desktop_app/start::nothing_heavy_is_imported_before_the_first_paint
        """,
    ),
    "drop": (
        "files and folders, anywhere, overlay; referenced in place; what came and what was skipped",
        """
        desktop_app/window/adding::what_a_drop_of_folders_and_photos_brought
        desktop_app/window/adding::one_photo_is_looked_at_at_once_and_leaves_with_undo
        desktop_app/window/adding::two_drops_in_a_row_are_told_as_one
        desktop_app/acts/folder_watch::a_new_folder_is_looked_at_before_everything
        desktop_app/window/main_window::the_overlay_leaves_with_the_drag
        desktop_app/panels/empty_state::the_overlay_covers_everything_and_takes_no_event
        desktop_app/window/main_window::a_link_from_the_web_is_refused_with_a_sentence
        torture/torture::originals_are_not_touched
        """,
    ),
    "grid": (
        "model/view; arrows, Home, End, pages, Shift range, Ctrl toggle, rubber band, size slider, "
        "Ctrl and wheel, date headers, visible focus",
        """
        desktop_app/photos/photo_grid::arrows_home_end_and_pages
        desktop_app/photos/photo_grid::shift_selects_in_a_line_and_ctrl_one_by_one
        desktop_app/photos/photo_grid::the_rubber_band_takes_what_it_touches
        desktop_app/photos/photo_grid::zoom_by_keys_slider_and_wheel_keeps_the_current_photo_in_place
        desktop_app/photos/photo_grid::photos_stand_in_days_newest_first
        desktop_app/photos/timeline::a_click_on_a_year_goes_there
        desktop_app/photos/photo_grid::states_tags_selection_and_focus_can_be_seen
        desktop_app/photos/photo_grid::a_hundred_thousand_rows_answer_at_once
        desktop_app/photos/photo_grid::it_is_accessible
        """,
    ),
    "look": (
        "Space looks, arrows step, Escape comes back, neighbours are read ahead",
        """
        desktop_app/window/looking::space_looks_closely_and_escape_comes_back
        desktop_app/photos/lightbox::steps_to_neighbours_that_are_there_already
        desktop_app/photos/lightbox::zoom_keeps_the_spot_under_the_pointer
        desktop_app/photos/lightbox::the_facts_of_the_file
        """,
    ),
    "tags": (
        "suggested (dashed, score, tick, cross) apart from confirmed; "
        "a rejected one never comes back",
        """
        desktop_app/panels/inspector::machine_apart_from_person
        desktop_app/panels/inspector::one_click_corrects
        engine/store/tags::corrections_win_and_survive_the_machine
        engine/learning/review::answered_pairs_are_never_asked_again
        """,
    ),
    "correct quickly": (
        "least certain first, with the reason; one key a decision, the last ten editable; "
        "keys 1-9; many photos; undo",
        """
        desktop_app/panels/review::one_key_a_decision
        desktop_app/panels/review::an_answer_can_be_changed
        desktop_app/panels/review::an_answer_that_is_taken_back_is_asked_again
        desktop_app/panels/review::only_the_last_ten_are_listed
        engine/learning/review::questions_are_uncertain_with_some_random_ones_and_say_why
        desktop_app/window/correcting::one_key_a_decision_in_the_view_of_a_label
        desktop_app/window/correcting::pinned_labels_by_number
        desktop_app/panels/inspector::many_photos_in_three_states
        desktop_app/acts/undo_everything::done_undone_and_done_again
        desktop_app/acts/undo_everything::no_verb_is_forgotten
        """,
    ),
    "learn": (
        "number of corrections, progress, before and after with counts, what would change, Accept, "
        "Not now, any version again",
        """
        desktop_app/panels/training_panel::before_after_then_accept
        desktop_app/panels/training_panel::not_now_changes_nothing
        desktop_app/panels/training_panel::versions_one_click_back
        desktop_app/panels/training_panel::cancel_stops_between_two_steps
        desktop_app/panels/training_panel::too_few_answers_to_check_leave_it_to_the_person
        desktop_app/window/captions::counts_in_the_toolbar
        engine/library/train_job::a_report_may_be_looked_at_first
        """,
    ),
    "search": (
        "words, minus, label, folder, after, like; chips, history, saved, strictness; "
        "an honest 'no good match'",
        """
        engine/search/query::what_is_understood
        desktop_app/panels/search_bar::the_query_as_chips
        desktop_app/panels/search_bar::history_and_saved_searches
        desktop_app/panels/search_bar::order_and_strictness_ask_again
        desktop_app/panels/search_bar::a_dropped_photo_is_the_query
        desktop_app/panels/search_bar::chinese_can_be_typed
        engine/search/search::no_good_match_is_said
        engine/search/search::other_scripts_are_looked_for_in_names
        engine/search/search::chinese_is_searched_in_english_and_in_names
        desktop_app/window/current_view::no_good_match_is_said_above_the_closest
        desktop_app/window/browsing::like_this_and_a_dropped_photo
        """,
    ),
    "work in the background": (
        "count, rate, time left, Pause, Cancel, problems",
        """
        desktop_app/panels/status::progress_with_rate_and_time
        desktop_app/panels/status::a_job_can_be_paused_and_goes_on
        desktop_app/panels/status::a_job_can_be_cancelled
        desktop_app/panels/status::problems_are_a_button
        desktop_app/link/engine_link::questions_are_answered_while_a_job_runs
        """,
    ),
    "problems": (
        "file, reason, Retry, Ignore, Show in folder",
        """
        desktop_app/panels/problems::names_reasons_and_attempts_as_plain_text
        desktop_app/panels/problems::retry_one_and_all
        desktop_app/panels/problems::ignore
        desktop_app/panels/problems::show_in_folder
        """,
    ),
    "a drive goes away": (
        "rows stay, greyed, 'Reconnect the drive'; nothing purged, nothing encoded again",
        """
        engine/library/sync::a_drive_that_goes_away_loses_nothing
        desktop_app/window/current_view::a_drive_that_went_away_is_said_once_and_nothing_goes
        desktop_app/panels/library_panel::rows_with_numbers
        """,
    ),
    "no model yet / offline": (
        "the built-in model works; a banner; downloads resume, are checked, have a mirror, "
        "can be cancelled; or a file",
        """
        desktop_app/panels/model_dialog::the_banner_shows_only_for_the_starter
        desktop_app/panels/model_dialog::a_download_can_be_cancelled
        desktop_app/panels/model_dialog::a_file_that_is_no_model
        engine/clip/download::cancel_and_go_on
        engine/clip/download::dropped_connections_are_resumed
        engine/clip/download::wrong_file
        engine/clip/download::hub_through_a_mirror
        engine/clip/download::offline_mode_asks_nobody
        """,
    ),
    "model change": (
        "vectors of both side by side, corrections stay, browsing goes on",
        """
        engine/library/library::two_models_side_by_side
        engine/library/library::another_precision_has_its_own_vectors
        engine/library/train_job::corrections_outlive_training_rename_and_model_change
        desktop_app/panels/settings_dialog::what_it_computes_with
        """,
    ),
    "keys": (
        "every shortcut of the specification; single keys only beside photos; "
        "a sheet that cannot lie",
        """
        desktop_app/parts/actions::every_specified_shortcut_is_there
        desktop_app/parts/actions::keys_without_a_modifier_work_only_beside_photos
        desktop_app/panels/shortcuts::every_key_is_on_the_sheet
        desktop_app/window/wiring::keys_typed_into_the_search_are_text
        """,
    ),
    "text": (
        "what people wrote is never HTML; every control has a name; Chinese is complete",
        """
        desktop_app/widgets_walk::every_control_has_a_name_and_no_text_is_guessed_to_be_html
        desktop_app/parts/language::complete
        desktop_app/translations/templates::what_the_engine_says_is_a_message
        desktop_app/translations/templates::every_template_is_in_chinese
        desktop_app/translations/templates::no_word_of_the_command_line_stands_in_the_window
        desktop_app/translations/templates::every_sentence_of_the_window_is_translated
        """,
    ),
    "one window": (
        "a second start hands its folders over; the session is restored; "
        "closing is safe at any moment",
        """
        desktop_app/start::a_second_start_hands_over_and_leaves
        desktop_app/window/main_window::the_next_session_goes_on_where_this_one_ended
        desktop_app/window/main_window::closing_at_any_moment
        desktop_app/acts/history::an_act_of_several_calls_is_finished_while_closing
        desktop_app/acts/trash::files_on_their_way_to_the_trash_are_forgotten_while_closing
        desktop_app/whole_loop::quitting_right_after_a_drop_loses_nothing
        """,
    ),
}


def names_of(module: str) -> set[str]:
    """The tests of a module, without running it."""
    room, _, name = module.rpartition("/")
    tree = ast.parse((TESTS / room / f"test_{name}.py").read_text(encoding="utf-8"))
    return {
        node.name.removeprefix("test_") for node in tree.body if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("situation", TABLE)
def test_the_tests_of_a_row_are_there(situation: str) -> None:
    proofs = TABLE[situation][1].split()
    assert len(proofs) >= 3 and len(set(proofs)) == len(proofs)
    for proof in proofs:
        module, name = proof.split("::")
        assert name in names_of(module), proof


@pytest.mark.external
def test_every_row_of_the_specification_has_its_tests() -> None:
    if not SPECIFICATION.exists():
        pytest.skip("the specification is not on this machine")
    lines = SPECIFICATION.read_text(encoding="utf-8").split("\nLayout:")[0].splitlines()
    asked = [line.strip("|").split("|")[0].strip() for line in lines if line.startswith("|")][2:]
    assert len(asked) > 10
    assert [situation for situation in asked if situation not in TABLE] == []
