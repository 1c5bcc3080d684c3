"""Addresses of the professional's panel."""

from django.urls import path, re_path

from .views import (
    panel_add,
    panel_agenda,
    panel_appointments,
    panel_clients,
    panel_hours,
    panel_search,
    panel_services,
    panel_team,
    panel_welcome,
)

app_name = "panel"
urlpatterns = [
    path("", panel_agenda.AgendaView.as_view(), name="agenda"),
    path("agenda/events/", panel_agenda.EventsView.as_view(), name="events"),
    path("agenda/print/", panel_agenda.PrintView.as_view(), name="print"),
    path("appointments/add/", panel_add.AddAppointmentView.as_view(), name="add_appointment"),
    path("appointments/free/", panel_add.FreeTimesView.as_view(), name="free_times"),
    path("appointments/client/", panel_add.PickClientView.as_view(), name="pick_client"),
    path("appointments/<int:appointment_id>/", panel_appointments.AppointmentView.as_view(), name="appointment"),
    path("appointments/<int:appointment_id>/cancel/", panel_appointments.CancelView.as_view(), name="cancel"),
    path("appointments/<int:appointment_id>/move/", panel_appointments.MoveView.as_view(), name="move"),
    path("appointments/<int:appointment_id>/notes/", panel_appointments.NotesView.as_view(), name="appointment_notes"),
    path(
        "appointments/<int:appointment_id>/reschedule/", panel_appointments.RescheduleView.as_view(), name="reschedule"
    ),
    path(
        "appointments/<int:appointment_id>/status/", panel_appointments.StatusView.as_view(), name="appointment_status"
    ),
    path("clients/", panel_clients.ClientListView.as_view(), name="clients"),
    path("clients/add/", panel_clients.AddClientView.as_view(), name="add_client"),
    path("clients/<int:client_id>/", panel_clients.ClientView.as_view(), name="client"),
    path("clients/<int:client_id>/edit/", panel_clients.EditClientView.as_view(), name="edit_client"),
    path("hours/", panel_hours.WeekView.as_view(), name="hours"),
    path("hours/<int:staff_id>/", panel_hours.WeekView.as_view(), name="week"),
    path("hours/time-off/", panel_hours.TimeOffView.as_view(), name="time_off"),
    path("hours/time-off/<int:time_off_id>/remove/", panel_hours.RemoveTimeOffView.as_view(), name="remove_time_off"),
    path("search/", panel_search.SearchView.as_view(), name="search"),
    path("services/", panel_services.ServiceListView.as_view(), name="services"),
    path("services/add/", panel_services.AddServiceView.as_view(), name="add_service"),
    path("services/<int:service_id>/", panel_services.EditServiceView.as_view(), name="service"),
    path("services/<int:service_id>/archive/", panel_services.ArchiveServiceView.as_view(), name="archive_service"),
    path("services/<int:service_id>/restore/", panel_services.RestoreServiceView.as_view(), name="restore_service"),
    path("services/<int:service_id>/move/", panel_services.MoveServiceView.as_view(), name="move_service"),
    path("team/", panel_team.TeamView.as_view(), name="team"),
    path("team/add/", panel_team.AddStaffView.as_view(), name="add_staff"),
    path("team/<int:staff_id>/", panel_team.EditStaffView.as_view(), name="staff"),
    path("welcome/", panel_welcome.WelcomeView.as_view(), name="welcome"),
    path("welcome/services/", panel_welcome.ServicesStep.as_view(), name="welcome_services"),
    path("welcome/hours/", panel_welcome.HoursStep.as_view(), name="welcome_hours"),
    path("welcome/look/", panel_welcome.LookStep.as_view(), name="welcome_look"),
    path("welcome/share/", panel_welcome.ShareView.as_view(), name="welcome_share"),
    re_path(
        r"^welcome/(?P<step>services|hours|look|share)/skip/$", panel_welcome.SkipView.as_view(), name="welcome_skip"
    ),
]
