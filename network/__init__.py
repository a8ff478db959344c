"""The multimodal time-dependent graph: timetable, tariffs, clearance, search."""
