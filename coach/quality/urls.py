"""Addresses of the trainer's evaluation, under the desk."""

from django.urls import path

from coach.quality import suggesting, views

SET = "<uuid:set_id>/"
QUESTION = "questions/<uuid:question_id>/"
RUN = "runs/<uuid:run_id>/"

urlpatterns = [
    path("", views.sets, name="quality"),
    path(SET, views.one_set, name="quality-set"),
    path(f"{SET}add", views.add, name="quality-add"),
    path(f"{SET}suggested", suggesting.suggested, name="quality-suggested"),
    path(f"{SET}import", views.bring_in, name="quality-import"),
    path(f"{SET}export", views.send_out, name="quality-export"),
    path(f"{SET}rename", views.rename, name="quality-rename"),
    path(f"{SET}delete", views.delete_set, name="quality-delete"),
    path(f"{SET}restore", views.restore_set, name="quality-restore"),
    path(f"{SET}run", views.start, name="quality-start"),
    path(QUESTION, views.question, name="quality-question"),
    path(f"{QUESTION}delete", views.delete_question, name="quality-question-delete"),
    path(f"{QUESTION}restore", views.restore_question, name="quality-question-restore"),
    path(RUN, views.run, name="quality-run"),
    path(f"{RUN}progress", views.progress, name="quality-progress"),
]
