"""Addresses of the portal."""

from django.urls import path

from firstwin.portal.http import actions, entrance, pages

urlpatterns = [
    path("p/<str:token>/", entrance.open_link, name="portal_open"),
    path("portal/", pages.show_first_project, name="portal_home"),
    path("portal/link/", entrance.ask_for_link, name="portal_ask"),
    path("portal/leave/", entrance.leave, name="portal_leave"),
    path("portal/as/<uuid:contact_id>/", entrance.view_as, name="portal_view_as"),
    path("portal/mail/", pages.choose_mail, name="portal_mail"),
    path("portal/messages/<uuid:message_id>/", pages.show_message, name="portal_message"),
    path("portal/files/<uuid:file_id>/", pages.download_file, name="portal_file"),
    path("portal/meetings/<uuid:meeting_id>/answer/", actions.answer_invitation, name="portal_answer"),
    path("portal/projects/<uuid:project_id>/", pages.show_project, name="portal_project"),
    path("portal/projects/<uuid:project_id>/days/", pages.show_days, name="portal_days"),
    path("portal/projects/<uuid:project_id>/days.pdf", pages.download_days, name="portal_days_paper"),
    path("portal/projects/<uuid:project_id>/comment/", actions.comment_on_project, name="portal_project_comment"),
    path("portal/tasks/<uuid:task_id>/", pages.show_task, name="portal_task"),
    path("portal/tasks/<uuid:task_id>/finish/", actions.finish_task, name="portal_finish"),
    path("portal/tasks/<uuid:task_id>/start/", actions.start_task, name="portal_start"),
    path("portal/tasks/<uuid:task_id>/reopen/", actions.reopen_task, name="portal_reopen"),
    path("portal/tasks/<uuid:task_id>/approve/", actions.approve_task, name="portal_approve"),
    path("portal/tasks/<uuid:task_id>/send-back/", actions.send_back_task, name="portal_send_back"),
    path("portal/tasks/<uuid:task_id>/stuck/", actions.say_stuck, name="portal_stuck"),
    path("portal/tasks/<uuid:task_id>/files/", actions.hand_in_files, name="portal_files"),
    path("portal/tasks/<uuid:task_id>/comment/", actions.comment_on_task, name="portal_comment"),
    path("portal/tasks/<uuid:task_id>/assign/", actions.hand_on_task, name="portal_assign"),
]
