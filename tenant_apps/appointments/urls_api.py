"""The agenda's endpoints, below /api/v1/."""

from django.urls import path

from . import api

urlpatterns = [
    path("services/", api.ServicesView.as_view(), name="services"),
    path("services/<int:service_id>/", api.ServiceView.as_view(), name="service"),
    path("services/<int:service_id>/archive/", api.ArchiveServiceView.as_view(), name="service_archive"),
    path("services/<int:service_id>/restore/", api.RestoreServiceView.as_view(), name="service_restore"),
    path("staff/", api.StaffView.as_view(), name="staff"),
    path("availability/", api.AvailabilityView.as_view(), name="availability"),
    path("availability/<int:staff_id>/", api.WeekView.as_view(), name="week"),
    path("time-off/", api.TimeOffListView.as_view(), name="time_off_list"),
    path("time-off/<int:time_off_id>/", api.TimeOffView.as_view(), name="time_off"),
    path("free-slots/", api.FreeSlotsView.as_view(), name="free_slots"),
    path("appointments/", api.AppointmentsView.as_view(), name="appointments"),
    path("appointments/<int:appointment_id>/", api.AppointmentView.as_view(), name="appointment"),
    path("appointments/<int:appointment_id>/confirm/", api.ConfirmView.as_view(), name="appointment_confirm"),
    path("appointments/<int:appointment_id>/arrive/", api.ArriveView.as_view(), name="appointment_arrive"),
    path("appointments/<int:appointment_id>/complete/", api.CompleteView.as_view(), name="appointment_complete"),
    path("appointments/<int:appointment_id>/no-show/", api.NoShowView.as_view(), name="appointment_no_show"),
    path("appointments/<int:appointment_id>/cancel/", api.CancelView.as_view(), name="appointment_cancel"),
    path("appointments/<int:appointment_id>/reschedule/", api.RescheduleView.as_view(), name="appointment_reschedule"),
]
