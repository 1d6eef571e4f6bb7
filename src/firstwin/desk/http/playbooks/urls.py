"""Addresses of playbooks."""

from django.urls import path

from firstwin.desk.http.playbooks import editions, editor, library, pages, simulation, updates

ONE = "playbooks/<uuid:playbook_id>/"

urlpatterns = [
    path("playbooks/", library.show, name="playbooks"),
    path("playbooks/new/", library.create, name="new_playbook"),
    path("playbooks/import/", library.bring_in, name="import_playbook"),
    path(ONE, pages.show_outline, name="playbook"),
    path(f"{ONE}flowchart/", pages.show_flowchart, name="playbook_flowchart"),
    path(f"{ONE}timeline/", pages.show_timeline, name="playbook_timeline"),
    path(f"{ONE}versions/", pages.show_versions, name="playbook_versions"),
    path(f"{ONE}simulation/", simulation.show, name="playbook_simulation"),
    path(f"{ONE}updates/", updates.show, name="playbook_updates"),
    path(f"{ONE}updates/<uuid:run_id>/", updates.show_run, name="playbook_update_run"),
    path(f"{ONE}export.yaml", pages.export, {"form": "yaml"}, name="export_playbook"),
    path(f"{ONE}export.mmd", pages.export, {"form": "mmd"}, name="export_flowchart"),
    path(f"{ONE}duplicate/", library.duplicate, name="duplicate_playbook"),
    path(f"{ONE}archive/", library.archive, name="archive_playbook"),
    path(f"{ONE}restore/", library.restore, name="restore_playbook"),
    path(f"{ONE}edit/", editor.show, name="edit_playbook"),
    path(f"{ONE}edit/save/", editor.save_part, name="save_part"),
    path(f"{ONE}edit/check/", editor.check_part, name="check_part"),
    path(f"{ONE}edit/add/", editor.add_part, name="add_part"),
    path(f"{ONE}edit/move/", editor.move_part, name="move_part"),
    path(f"{ONE}edit/remove/", editor.remove_part, name="remove_part"),
    path(f"{ONE}edit/copy/", editor.copy_part, name="copy_part"),
    path(f"{ONE}edit/undo/", editor.travel, {"where": "undo"}, name="undo_edit"),
    path(f"{ONE}edit/redo/", editor.travel, {"where": "redo"}, name="redo_edit"),
    path(f"{ONE}edit/discard/", editor.travel, {"where": "discard"}, name="discard_draft"),
    path(f"{ONE}edition/", editions.show, name="new_edition"),
    path(f"{ONE}edition/take-over/", editions.take_over, name="take_edition_over"),
    path(f"{ONE}edition/keep/", editions.keep, name="keep_own_edition"),
    path(f"{ONE}publish/", editor.publish, name="publish_playbook"),
]
