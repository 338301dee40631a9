"""The report of a run: one HTML page that needs neither a server nor a network."""

from ascent.analysis.report.report import report_of_run, write_report

__all__ = ["report_of_run", "write_report"]
