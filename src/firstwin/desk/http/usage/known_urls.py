"""Addresses of who is behind the events, of their catalogue, and of features."""

from django.urls import path

from firstwin.desk.http.usage import companies, events, features, people

GROUP = "people/companies/<uuid:group_id>/"
PERSON = "people/persons/<uuid:person_id>/"
LINK = "people/ids/<uuid:person_link_id>/"
EVENT = "events/<uuid:event_type_id>/"
FEATURE = "features/<uuid:feature_id>/"

urlpatterns = [
    path("people/", companies.show, name="usage_people"),
    path(f"{GROUP}account/", companies.choose_account, name="map_group"),
    path(f"{GROUP}new-account/", companies.create_account, name="create_account_for_group"),
    path(f"{GROUP}set-aside/", companies.set_aside, name="set_group_aside"),
    path(f"{GROUP}release/", companies.release, name="release_group"),
    path(f"{GROUP}undo/", companies.undo, name="undo_group"),
    path("people/persons/", people.show, name="usage_persons"),
    path(f"{PERSON}match/", people.match, name="map_person"),
    path(f"{PERSON}contact/", people.choose_contact, name="choose_contact"),
    path(f"{PERSON}new-contact/", people.create_contact, name="create_contact_for_person"),
    path(f"{PERSON}set-aside/", people.set_aside, name="set_person_aside"),
    path(f"{PERSON}release/", people.release, name="release_person"),
    path(f"{PERSON}undo/", people.undo, name="undo_person"),
    path("people/ids/", people.show_links, name="usage_links"),
    path("people/ids/link/", people.link, name="link_ids"),
    path(f"{LINK}undo/", people.undo_link, name="undo_link"),
    path(f"{LINK}redo/", people.redo_link, name="redo_link"),
    path("events/", events.show, name="usage_events"),
    path("events/plan/", events.import_plan, name="import_tracking_plan"),
    path("events/plan.csv", events.export_plan, name="export_tracking_plan"),
    path("events/changes/<uuid:drift_id>/settle/", events.settle, name="settle_drift"),
    path("events/changes/<uuid:drift_id>/reopen/", events.reopen, name="reopen_drift"),
    path(EVENT, events.show_one, name="usage_event"),
    path(f"{EVENT}describe/", events.describe, name="describe_event"),
    path(f"{EVENT}expect/", events.expect, {"yes": True}, name="expect_event"),
    path(f"{EVENT}not-expected/", events.expect, {"yes": False}, name="unexpect_event"),
    path(f"{EVENT}block/", events.block, {"yes": True}, name="block_event"),
    path(f"{EVENT}unblock/", events.block, {"yes": False}, name="unblock_event"),
    path("features/", features.show, name="usage_features"),
    path("features/new/", features.create, name="new_feature"),
    path(FEATURE, features.show_one, name="usage_feature"),
    path(f"{FEATURE}edit/", features.edit, name="edit_feature"),
    path(f"{FEATURE}archive/", features.archive, name="archive_feature"),
    path(f"{FEATURE}restore/", features.restore, name="restore_feature"),
    path("accounts/<uuid:account_id>/features/", features.show_licences, name="usage_licences"),
    path("accounts/<uuid:account_id>/features/<uuid:feature_id>/", features.license_account, name="license_feature"),
]
