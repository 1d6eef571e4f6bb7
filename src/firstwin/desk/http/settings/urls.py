"""Addresses of the settings."""

from django.urls import path

from firstwin.desk.http.settings import (
    history,
    journal,
    keeping,
    keys,
    members,
    personal,
    sources,
    tabs,
    work,
    workspace,
)

MEMBER = "members/<uuid:member_id>/"
SOURCE = "product-events/<uuid:source_id>/"
HISTORY = "product-events/history/<uuid:history_id>/"
INVITATION = "members/invitations/<uuid:invitation_id>/"

urlpatterns = [
    path("", tabs.show_first, name="settings"),
    path("workspace/", workspace.edit_workspace, name="settings_workspace"),
    path("members/", members.show, name="settings_members"),
    path("members/invite/", members.invite, name="invite_member"),
    path(f"{MEMBER}role/", members.change_role, name="change_role"),
    path(f"{MEMBER}deactivate/", members.deactivate, name="deactivate_member"),
    path(f"{MEMBER}reactivate/", members.reactivate, name="reactivate_member"),
    path(f"{INVITATION}resend/", members.resend, name="resend_invitation"),
    path(f"{INVITATION}revoke/", members.revoke, name="revoke_invitation"),
    path("api-keys/", keys.show, name="settings_keys"),
    path("api-keys/new/", keys.create, name="create_key"),
    path("api-keys/<uuid:api_key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("product-events/", sources.show, name="settings_sources"),
    path("product-events/new/", sources.create, name="create_source"),
    path("product-events/kept/", keeping.show, name="settings_keeping"),
    path("product-events/kept/how-long/", keeping.change_retention, name="change_retention"),
    path("product-events/kept/erase/", keeping.erase, name="erase_person"),
    path("product-events/kept/erasures/<uuid:erasure_id>/allow/", keeping.allow_again, name="end_refusal"),
    path("product-events/kept/batches/<uuid:batch_id>/retry/", keeping.retry_batch, name="retry_batch"),
    path("product-events/kept/batches/<uuid:batch_id>/delete/", keeping.drop_batch, name="drop_batch"),
    path(SOURCE, sources.show_one, name="settings_source"),
    path(f"{SOURCE}rename/", sources.rename, name="rename_source"),
    path(f"{SOURCE}new-key/", sources.rotate, name="rotate_write_key"),
    path(f"{SOURCE}keys/<uuid:write_key_id>/revoke/", sources.revoke, name="revoke_write_key"),
    path(f"{SOURCE}rejected/replay/", sources.replay, name="replay_rejected"),
    path(f"{SOURCE}rejected/delete/", sources.drop, name="drop_rejected"),
    path(f"{SOURCE}history/", history.show_all, name="history_imports"),
    path(HISTORY, history.show, name="history_import"),
    path(f"{HISTORY}change/", history.change, name="change_history_import"),
    path(f"{HISTORY}start/", history.start, name="start_history_import"),
    path(f"{HISTORY}cancel/", history.cancel, name="cancel_history_import"),
    path("journal/", journal.show, name="settings_journal"),
    path("journal/verify/", journal.verify, name="verify_journal"),
    path("journal/export.jsonl", journal.export_lines, name="export_journal_lines"),
    path("journal/export.csv", journal.export_table, name="export_journal_table"),
    path("work/", work.show, name="settings_work"),
    path("work/<uuid:job_id>/retry/", work.retry, name="retry_job"),
    path("work/<uuid:job_id>/drop/", work.drop, name="drop_job"),
    path("profile/", personal.edit_profile, name="settings_profile"),
    path("mail/", personal.choose_mail, name="settings_mail"),
]
