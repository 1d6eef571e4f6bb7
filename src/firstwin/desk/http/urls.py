"""Addresses of the team's pages."""

from django.urls import path

from firstwin.desk.http import lifecycle, live, my_day, plan_changes, project, projects, tasks, tastes, threads

PROJECT = "projects/<uuid:project_id>/"
TASK = "tasks/<uuid:task_id>/"

urlpatterns = [
    path("", my_day.show, name="my_day"),
    path("projects/", projects.show, name="projects"),
    path("projects/export.csv", projects.export, name="projects_export"),
    path("projects/views/", tastes.save_view, name="save_view"),
    path("projects/views/<uuid:view_id>/remove/", tastes.remove_view, name="remove_view"),
    path("projects/columns/", tastes.keep_columns, name="keep_columns"),
    path("projects/bulk/", lifecycle.change_many, name="projects_bulk"),
    path(PROJECT, project.show_plan, name="project"),
    path(f"{PROJECT}live/", live.follow_project, name="live_project"),
    path(f"{PROJECT}people/", project.show_people, name="project_people"),
    path(f"{PROJECT}messages/", project.show_messages, name="project_messages"),
    path(f"{PROJECT}files/", project.show_files, name="project_files"),
    path(f"{PROJECT}timeline/", project.show_timeline, name="project_timeline"),
    path(f"{PROJECT}tasks/<uuid:task_id>/", project.show_task, name="task"),
    path(f"{PROJECT}tasks/add/", plan_changes.add_task, name="add_task"),
    path(f"{PROJECT}hold/", lifecycle.hold, name="hold_project"),
    path(f"{PROJECT}resume/", lifecycle.resume, name="resume_project"),
    path(f"{PROJECT}complete/", lifecycle.complete, name="complete_project"),
    path(f"{PROJECT}cancel/", lifecycle.end, {"what": "cancel"}, name="cancel_project"),
    path(f"{PROJECT}reopen/", lifecycle.end, {"what": "reopen"}, name="reopen_project"),
    path(f"{PROJECT}first-win/", lifecycle.record_first_value, name="record_first_value"),
    path(f"{PROJECT}roles/", lifecycle.fill_role, name="fill_role"),
    path(f"{PROJECT}comments/", threads.comment, name="comment_on_project"),
    path(f"{PROJECT}tasks/<uuid:task_id>/comments/", threads.comment, name="comment_on_task"),
    path(f"{PROJECT}attach/", threads.attach, name="attach_to_project"),
    path(f"{PROJECT}tasks/<uuid:task_id>/attach/", threads.attach, name="attach_to_task"),
    path("tasks/bulk/", plan_changes.change_many, name="tasks_bulk"),
    path(f"{TASK}start/", tasks.start, name="start_task"),
    path(f"{TASK}complete/", tasks.complete, name="complete_task"),
    path(f"{TASK}finish/", tasks.finish, name="finish_task"),
    path(f"{TASK}reopen/", tasks.reopen, name="reopen_task"),
    path(f"{TASK}submit/", tasks.submit, name="submit_task"),
    path(f"{TASK}stuck/", tasks.say_stuck, name="say_stuck"),
    path(f"{TASK}not-applicable/", tasks.say, {"what": "not-applicable"}, name="say_not_applicable"),
    path(f"{TASK}reject/", tasks.say, {"what": "reject"}, name="reject_task"),
    path(f"{TASK}remove/", tasks.say, {"what": "remove"}, name="remove_task"),
    path(f"{TASK}assign/", tasks.assign, name="assign_task"),
    path(f"{TASK}edit/", tasks.edit, name="edit_task"),
    path(f"{TASK}drop/", tasks.drop_into, name="drop_task"),
    path("comments/<uuid:comment_id>/answered/", threads.mark_answered, name="mark_answered"),
    path("files/<uuid:file_id>/", threads.download, name="download_file"),
    path("files/<uuid:file_id>/remove/", threads.remove_file, name="remove_file"),
]
