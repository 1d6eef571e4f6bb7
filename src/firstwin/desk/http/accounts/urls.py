"""Addresses of accounts and their people."""

from django.urls import path

from firstwin.desk.http.accounts import contacts, imports, pages

urlpatterns = [
    path("accounts/", pages.list_accounts, name="accounts"),
    path("accounts/export.csv", imports.export, name="account_export"),
    path("accounts/imports/", imports.show_all, name="account_imports"),
    path("accounts/imports/<uuid:import_id>/", imports.show, name="account_import"),
    path("accounts/imports/<uuid:import_id>/columns/", imports.change, name="account_import_columns"),
    path("accounts/imports/<uuid:import_id>/start/", imports.start, name="account_import_start"),
    path("accounts/imports/<uuid:import_id>/cancel/", imports.cancel, name="account_import_cancel"),
    path("accounts/imports/<uuid:import_id>/result.csv", imports.download, name="account_import_result"),
    path("accounts/new/", pages.add_account, name="account_new"),
    path("accounts/<uuid:account_id>/", pages.show_account, name="account"),
    path("accounts/<uuid:account_id>/edit/", pages.edit_account, name="account_edit"),
    path("accounts/<uuid:account_id>/archive/", pages.archive_account, name="account_archive"),
    path("accounts/<uuid:account_id>/restore/", pages.restore_account, name="account_restore"),
    path("accounts/<uuid:account_id>/people/new/", contacts.add_contact, name="contact_new"),
    path("people/<uuid:contact_id>/", contacts.edit_contact, name="contact"),
    path("people/<uuid:contact_id>/archive/", contacts.archive_contact, name="contact_archive"),
    path("people/<uuid:contact_id>/restore/", contacts.restore_contact, name="contact_restore"),
    path("people/<uuid:contact_id>/portal-link/", contacts.give_portal_link, name="portal_link"),
    path("people/<uuid:contact_id>/portal-link/revoke/", contacts.revoke_portal_link, name="portal_link_revoke"),
]
